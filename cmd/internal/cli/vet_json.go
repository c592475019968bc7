package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// vetJSON is the output of go vet -json that vet runs: an object for each package, with the findings of each analyzer. It keeps them
// and writes them at the end in an order of their own: the go command writes packages as they are done.
type vetJSON struct {
	out  io.Writer
	text bytes.Buffer
}

// Write keeps b.
func (v *vetJSON) Write(b []byte) (int, error) { return v.text.Write(b) }

// packageFindings is one object: by package, then by analyzer, a list of findings, or an object that says why there is none.
type packageFindings map[string]map[string]json.RawMessage

// flush writes the objects in the order of their packages, and in each the findings in that of files, lines and columns. What is
// no such object is written as it came.
func (v *vetJSON) flush() error {
	text := slices.Clone(v.text.Bytes())
	all, err := v.read()
	if err == nil {
		var sorted bytes.Buffer
		to := json.NewEncoder(&sorted)
		to.SetIndent("", "\t")
		for _, p := range all {
			err = errors.Join(err, to.Encode(p))
		}
		if err == nil {
			text = sorted.Bytes()
		}
	}
	_, err = v.out.Write(text)
	return err
}

func (v *vetJSON) read() (all []packageFindings, err error) {
	for from := json.NewDecoder(&v.text); ; {
		var p packageFindings
		switch err := from.Decode(&p); {
		case err == io.EOF:
			slices.SortStableFunc(all, func(a, b packageFindings) int { return cmp.Compare(a.name(), b.name()) })
			return all, nil
		case err != nil:
			return nil, err
		}
		for _, analyzers := range p {
			for name, findings := range analyzers {
				analyzers[name] = sortFindings(findings)
			}
		}
		all = append(all, p)
	}
}

// name is that of the package, empty if it has no findings.
func (p packageFindings) name() (first string) {
	for name := range p {
		if first == "" || name < first {
			first = name
		}
	}
	return first
}

// sortFindings returns a list of findings in the order of their places, and anything else as it is.
func sortFindings(list json.RawMessage) json.RawMessage {
	var findings []json.RawMessage
	if json.Unmarshal(list, &findings) != nil {
		return list
	}
	slices.SortStableFunc(findings, func(a, b json.RawMessage) int {
		return cmp.Or(placeOf(a).compare(placeOf(b)), bytes.Compare(a, b))
	})
	sorted, err := json.Marshal(findings)
	if err != nil {
		return list
	}
	return sorted
}

var position = regexp.MustCompile(`^(.*?)(?::(\d+))?(?::(\d+))?$`)

// placeOf returns where a finding of the JSON stands.
func placeOf(text json.RawMessage) (f finding) {
	var at struct {
		Posn string `json:"posn"`
	}
	_ = json.Unmarshal(text, &at) // what has no place comes first
	parts := position.FindStringSubmatch(at.Posn)
	f.file = parts[1]
	f.line, _ = strconv.Atoi(parts[2]) // empty if there is none
	f.col, _ = strconv.Atoi(parts[3])
	return f
}
