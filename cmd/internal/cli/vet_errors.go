package cli

import (
	"bytes"
	"cmp"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// vetErrors is the error output of the go command that vet runs. It keeps the findings and writes them at the end, in the order
// of files, lines and columns: the go command writes them by analyzer, as the packages are done. It writes other lines at once and
// marks those that speak of the whole run, such as a directory that is missing, as an error of this program's. What does not build
// begins with its place in a file: editors read that, so it stays as it is.
type vetErrors struct {
	out      io.Writer
	line     []byte // begun, and not ended
	findings []finding
	failed   failure
}

// finding is a line with a place, and the lines that go on with it.
type finding struct {
	file      string
	line, col int
	text      []byte
}

// compare orders findings by file, line and column.
func (f finding) compare(g finding) int {
	return cmp.Or(cmp.Compare(f.file, g.file), cmp.Compare(f.line, g.line), cmp.Compare(f.col, g.col))
}

// failure is which package the go command speaks of when it tells why it does not build: a line with the package's name, then
// one for each place.
type failure struct {
	begun bool
	dir   string // of the first place, once there was one
}

// asIs matches lines that get no mark: those with a place, the name of the package above them, JSON, the rest of what takes
// several lines, and what is no error.
var asIs = regexp.MustCompile(`^([#{}\s]|\S.*?\.(go|mod|work|s|c|h):\d+:|go: downloading )`)

var placed = regexp.MustCompile(`^(\S.*?\.go):(\d+):(\d+): `)

// Write writes all lines that end in b, except findings.
func (e *vetErrors) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		if e.line = append(e.line, line...); !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		if err := e.end(); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// end writes the line that has begun, or keeps it.
func (e *vetErrors) end() error {
	line := e.line
	e.line = nil
	if e.keeps(line) {
		return nil
	}
	if len(line) > 0 && !asIs.Match(line) {
		line = append([]byte("simmer: "), line...)
	}
	_, err := e.out.Write(line)
	return err
}

// keeps reports whether line belongs to a finding, and keeps it then.
func (e *vetErrors) keeps(line []byte) bool {
	place := placed.FindSubmatch(line)
	switch {
	case bytes.HasPrefix(line, []byte("# ")):
		e.failed = failure{begun: true}
		return false
	case place == nil:
		goesOn := len(e.findings) > 0 && !e.failed.begun && bytes.HasPrefix(line, []byte("\t"))
		if goesOn {
			last := &e.findings[len(e.findings)-1]
			last.text = append(last.text, line...)
		}
		return goesOn
	}
	file := string(place[1])
	if e.failed.tells(filepath.Dir(file)) {
		return false
	}
	f := finding{file: file, text: line}
	f.line, _ = strconv.Atoi(string(place[2])) // digits; a number too large is as good as the largest
	f.col, _ = strconv.Atoi(string(place[3]))
	e.findings = append(e.findings, f)
	return true
}

// tells reports whether a place in dir is one of the package that does not build.
func (f *failure) tells(dir string) bool {
	if f.begun && f.dir == "" {
		f.dir = dir
	}
	f.begun = f.begun && f.dir == dir
	return f.begun
}

// flush writes the line that has begun, and all findings.
func (e *vetErrors) flush() error {
	if err := e.end(); err != nil {
		return err
	}
	slices.SortStableFunc(e.findings, func(a, b finding) int {
		return cmp.Or(a.compare(b), bytes.Compare(a.text, b.text))
	})
	var all []byte
	for _, f := range e.findings {
		all = append(all, f.text...)
	}
	_, err := e.out.Write(all)
	return err
}
