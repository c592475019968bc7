package benchcmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// output is where rows or a page go. A regular file keeps its old content, or is not there, until there is something to put in its
// place. The zero name is no output; "-" is the standard output.
type output struct {
	out    io.Writer // nil: a regular file
	device *os.File  // out, if it is ours to close

	path string      // of the regular file, without links
	old  fs.FileInfo // of the regular file before the run; nil: there was none
	file *os.File    // nil until the first row
}

// openOutput looks whether the file can be written. It does not wait: a pipe that nobody reads cannot be written.
func openOutput(name string, stdout io.Writer) (*output, error) {
	switch name {
	case "":
		return &output{out: io.Discard}, nil
	case "-":
		return &output{out: stdout}, nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	isNew := errors.Is(err, fs.ErrNotExist)
	if isNew {
		file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|syscall.O_NONBLOCK, 0o666)
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		return &output{out: file, device: file}, nil
	}
	path, failure := filepath.EvalSymlinks(name)
	if err := errors.Join(err, failure, file.Close()); err != nil {
		return nil, err
	}
	if isNew {
		return &output{path: path}, os.Remove(path)
	}
	return &output{path: path, old: info}, nil
}

// Write replaces the file's content at the first call and goes on behind it at the others.
func (o *output) Write(b []byte) (n int, err error) {
	switch {
	case o.out != nil:
		return o.out.Write(b)
	case o.file != nil:
		return o.file.Write(b)
	}
	if o.file, err = os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE, 0o666); err != nil {
		return 0, err
	}
	// Cut after it is written: a file that was cut before would be empty if the disk is full, or if the program ends there.
	if n, err = o.file.Write(b); err == nil {
		err = o.file.Truncate(int64(n))
	}
	return n, err
}

// replace puts content in place of the file's, whole or not at all: it is written beside and renamed.
func (o *output) replace(content []byte) error {
	if o.out != nil {
		_, err := o.out.Write(content)
		return err
	}
	beside, err := o.beside()
	if err != nil {
		return err
	}
	defer os.Remove(beside.Name()) // nothing, once it is renamed
	_, err = beside.Write(content)
	if o.old != nil {
		err = errors.Join(err, beside.Chmod(o.old.Mode().Perm()))
	}
	if err := errors.Join(err, beside.Close()); err != nil {
		return err
	}
	return os.Rename(beside.Name(), o.path)
}

// beside makes a new hidden file beside the file.
func (o *output) beside() (*os.File, error) {
	name := fmt.Sprintf(".%s.%08x", filepath.Base(o.path), rand.Uint32())
	return os.OpenFile(filepath.Join(filepath.Dir(o.path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// checkReplace reports why replace could not succeed.
func (o *output) checkReplace() error {
	if o.out != nil {
		return nil
	}
	beside, err := o.beside()
	if err != nil {
		return err
	}
	return errors.Join(beside.Close(), os.Remove(beside.Name()))
}

// close closes what is open. Twice is once.
func (o *output) close() error {
	for _, file := range []*os.File{o.file, o.device} {
		if file == nil {
			continue
		}
		if err := file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			return err
		}
	}
	return nil
}

// isSameFile reports whether both are the same file with content.
func (o *output) isSameFile(other *output) bool {
	if o.path == "" || other.path == "" {
		return false
	}
	return o.path == other.path || o.old != nil && other.old != nil && os.SameFile(o.old, other.old)
}
