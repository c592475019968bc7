package watch

import "errors"

// ErrClosed is returned by waits for a change when all senders are closed and the last value was seen, and by Send when all
// receivers are closed.
var ErrClosed = errors.New("watch: channel is closed")
