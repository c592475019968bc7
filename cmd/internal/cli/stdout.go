package cli

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/term"
)

// stdout is the standard output of a command. It writes until that has failed once; Main tells of the failure. A reader that has
// gone away, as head does, is none. Any goroutine.
type stdout struct {
	out io.Writer

	mu sync.Mutex

	err error
}

func (s *stdout) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.out.Write(b)
	s.err = err
	return n, err
}

// failure returns why nothing can be written any more.
func (s *stdout) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func isClosedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }

// isOnly reports whether err says nothing but target.
func isOnly(err, target error) bool {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			if !isOnly(part, target) {
				return false
			}
		}
		return true
	case interface{ Unwrap() error }:
		return err == target || isOnly(e.Unwrap(), target)
	}
	return err == target
}

// terminal returns the terminal on which bars can be drawn that out is, or nil.
func terminal(out io.Writer) *os.File {
	if s, ok := out.(*stdout); ok {
		out = s.out
	}
	file, ok := out.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}
