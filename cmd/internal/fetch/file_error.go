package fetch

import (
	"errors"
	"io/fs"
	"os"
)

// fileError is a failure on this side: the server has done its part.
type fileError struct {
	err error
}

// newFileError keeps the system's reason. The unfinished file's name means nothing to the user.
func newFileError(err error) *fileError {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &fileError{err: err}
}

func (e *fileError) Error() string { return "cannot write the file: " + e.err.Error() }

// Unwrap lets a lack of descriptors be tried again, like one for the socket.
func (e *fileError) Unwrap() error { return e.err }
