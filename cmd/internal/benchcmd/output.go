package benchcmd

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// output is a file that keeps its old content until the first write. The zero name is no output; "-" is the standard output.
type output struct {
	out     io.Writer
	file    *os.File // nil: not ours to close
	written bool
}

// openOutput opens the file to see that it can be written. It does not wait: a pipe that nobody reads cannot be written.
func openOutput(name string, stdout io.Writer) (*output, error) {
	switch name {
	case "":
		return &output{out: io.Discard}, nil
	case "-":
		return &output{out: stdout}, nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|syscall.O_NONBLOCK, 0o666)
	if err != nil {
		return nil, err
	}
	return &output{out: file, file: file}, nil
}

// Write replaces the file's content at the first call and goes on behind it at the others.
func (o *output) Write(b []byte) (int, error) {
	if !o.written && o.file != nil {
		// What cannot be truncated is no regular file, and has no old content.
		if info, err := o.file.Stat(); err == nil && info.Mode().IsRegular() {
			if err := o.file.Truncate(0); err != nil {
				return 0, err
			}
		}
	}
	o.written = true
	return o.out.Write(b)
}

// close closes the file. Twice is once.
func (o *output) close() error {
	if o.file == nil {
		return nil
	}
	if err := o.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// isSameFile reports whether both are the same file with content.
func (o *output) isSameFile(other *output) bool {
	if o.file == nil || other.file == nil {
		return false
	}
	a, errA := o.file.Stat()
	b, errB := other.file.Stat()
	return errA == nil && errB == nil && a.Mode().IsRegular() && os.SameFile(a, b)
}
