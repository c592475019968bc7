package mpsc

import "errors"

var (
	// ErrClosed is returned by a receive when the channel is empty and nothing can come any more, and by a send or a reservation
	// when the receiver has closed the channel, or this sender was closed.
	ErrClosed = errors.New("mpsc: channel is closed")
	// ErrFull is returned by TrySend and TryReserve where Send and Reserve would wait.
	ErrFull = errors.New("mpsc: channel is full")
	// ErrEmpty is returned by TryRecv where Recv would wait.
	ErrEmpty = errors.New("mpsc: channel is empty")
	// ErrTooMany is returned by ReserveMany for more permits than the channel has places.
	ErrTooMany = errors.New("mpsc: more permits than the channel has places")
)
