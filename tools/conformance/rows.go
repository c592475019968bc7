package main

import (
	"fmt"
	"strings"
)

// row is one line of a table: a claim of the article (S), or one of tokio's tests (T), features (F) or model-checked interleavings (L).
type row struct {
	id     string
	title  string
	reason string // why no test of ours covers it, or a remark beside the tests
}

func (r row) kind() byte { return r.id[0] }

// parseRows reads lines of id, title and reason, separated by tabs.
func parseRows(text string) ([]row, error) {
	var rows []row
	seen := make(map[string]bool)
	for n, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) != 3 || !rowID.MatchString(fields[0]) || fields[1] == "" {
			return nil, fmt.Errorf("rows.tsv:%d: want id, title and reason, separated by tabs", n+1)
		}
		if seen[fields[0]] {
			return nil, fmt.Errorf("rows.tsv:%d: %s is there twice", n+1, fields[0])
		}
		seen[fields[0]] = true
		rows = append(rows, row{id: fields[0], title: fields[1], reason: fields[2]})
	}
	return rows, nil
}
