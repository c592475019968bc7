package oneshot

import "errors"

var (
	// ErrClosed is returned by a receive when no value was sent and none can come, or when the value was taken before, and by
	// Send when nobody would receive the value.
	ErrClosed = errors.New("oneshot: channel is closed")
	// ErrEmpty is returned by TryRecv while the value may still come.
	ErrEmpty = errors.New("oneshot: channel is empty")
)
