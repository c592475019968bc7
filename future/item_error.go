package future

import "io"

// ItemError returns err as the error of one item of a stream: io.EOF, which would be taken for the stream's end, comes wrapped. For
// streams of what futures return.
func ItemError(err error) error {
	if err == io.EOF {
		return errItemEOF
	}
	return err
}

// errItemEOF is an io.EOF that is not the end of a stream.
var errItemEOF error = itemEOF{}

type itemEOF struct{}

func (itemEOF) Error() string { return "EOF of an item" }

func (itemEOF) Unwrap() error { return io.EOF }
