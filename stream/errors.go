package stream

import "errors"

// ErrNilStream is the one item of an adapter over a nil stream.
var ErrNilStream = errors.New("simmer: nil stream")
