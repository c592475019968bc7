package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// leastBehaviours is how many of tokio's behaviours are ported at the least.
const leastBehaviours = 300

var titles = []struct {
	kind  byte
	title string
	about string
	where string // the rows come from
}{
	{'S', "The article's claims", "Each row is a sentence of the article on task runtimes that simmer was asked to follow.", "in the article"},
	{'T', "Tokio's tests", "Each row is one test or one tight family of tokio's own test suite.", "in tokio"},
	{'F', "Tokio's features", "Each row is a feature of tokio, tokio-util, tokio-stream, tokio-test or tokio-metrics.", "in tokio"},
	{'L', "Tokio's model-checked interleavings", "Each row is what tokio's loom tests explore. Ours run the same operations as stress under the race detector, and small ones in all orders.", "in tokio"},
}

// page returns the text of the page, or what is wrong with the claims and the rows.
func page(rows []row, claims []claim) (string, error) {
	tests := make(map[string][]string)
	var wrong []error
	for _, c := range claims {
		for _, id := range c.rows {
			if !slices.ContainsFunc(rows, func(r row) bool { return r.id == id }) {
				wrong = append(wrong, fmt.Errorf("%s: no row %s in rows.tsv", c.where, id))
			}
			if link := linkTo(c); !slices.Contains(tests[id], link) {
				tests[id] = append(tests[id], link)
			}
		}
	}
	for _, r := range rows {
		if len(tests[r.id]) == 0 && r.reason == "" {
			wrong = append(wrong, fmt.Errorf("row %s (%s) is empty: no test names it, and rows.tsv gives no reason", r.id, r.title))
		}
	}
	ported := slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return c.file == "" })
	if len(ported) < leastBehaviours {
		wrong = append(wrong, fmt.Errorf("%d behaviours of tokio are ported, want at least %d", len(ported), leastBehaviours))
	}
	if len(wrong) > 0 {
		return "", errors.Join(wrong...)
	}

	var b strings.Builder
	fmt.Fprintf(&b, `# Conformance with tokio

<!-- Written by tools/conformance from the comments of the tests and from tools/conformance/rows.tsv: run make conformance. -->

Which claims of the article and which of tokio's behaviours hold here, by which test, and which do not, for what reason. The names of rows
and features are those of tokio's sources; our tests are linked. `+"`make check`"+` fails when this page is not what the tests say.

%d behaviours of tokio are ported as tests: the last table has one line for each.
`, len(ported))
	for _, t := range titles {
		writeTable(&b, t.title, t.about, t.where, slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.kind() != t.kind }), tests)
	}
	writePorted(&b, ported)
	return b.String(), nil
}

func writeTable(b *strings.Builder, title, about, where string, rows []row, tests map[string][]string) {
	covered := 0
	for _, r := range rows {
		if len(tests[r.id]) > 0 {
			covered++
		}
	}
	fmt.Fprintf(b, "\n## %s\n\n%s %d of %d rows have tests here.\n\n| row | %s | here |\n|---|---|---|\n", title, about, covered, len(rows), where)
	for _, r := range rows {
		here := slices.Clone(tests[r.id])
		slices.Sort(here)
		if r.reason != "" {
			here = append(here, cell(r.reason))
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", r.id, cell(r.title), strings.Join(here, "<br>"))
	}
}

func writePorted(b *strings.Builder, ported []claim) {
	slices.SortStableFunc(ported, func(x, y claim) int {
		return strings.Compare(x.file+" "+x.name+" "+x.test, y.file+" "+y.name+" "+y.test)
	})
	fmt.Fprintf(b, "\n## Behaviours, one by one\n\n| tokio's file | test | behaviour | here |\n|---|---|---|---|\n")
	for _, c := range ported {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", cell(c.file), cell(c.name), cell(c.asks), linkTo(c))
	}
}

func linkTo(c claim) string { return "[" + c.test + "](../" + c.path + ")" }

// cell escapes what would end a table's cell or be taken for HTML.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}
