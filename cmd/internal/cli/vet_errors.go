package cli

import (
	"bytes"
	"io"
	"regexp"
)

// vetErrors is the error output of the go command that vet runs. It writes lines to out and marks those that speak of the whole
// run, such as a directory that is missing, as an error of this program's. Findings and what does not build begin with their
// place in a file: editors read them, so they stay as they are.
type vetErrors struct {
	out  io.Writer
	line []byte // begun, and not ended
}

// asIs matches lines that get no mark: those with a place, the name of the package above them, JSON, the rest of what takes
// several lines, and what is no error.
var asIs = regexp.MustCompile(`^([#{}\s]|\S.*?\.(go|mod|work|s|c|h):\d+:|go: downloading )`)

// Write writes all lines that end in b.
func (e *vetErrors) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		if e.line = append(e.line, line...); !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		if err := e.flush(); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// flush writes the line that has begun.
func (e *vetErrors) flush() error {
	line := e.line
	e.line = nil
	if len(line) > 0 && !asIs.Match(line) {
		line = append([]byte("simmer: "), line...)
	}
	_, err := e.out.Write(line)
	return err
}
