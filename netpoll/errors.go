package netpoll

import (
	"errors"
	"fmt"
	"net"
)

// ErrUnsupported is returned where there are no sockets: on systems without epoll and kqueue, and in a runtime that was
// made without I/O. It is also errors.ErrUnsupported.
var ErrUnsupported = fmt.Errorf("simmer: sockets are not there: no poller on this system, or a runtime without I/O: %w", errors.ErrUnsupported)

// ErrClosed is returned by all operations on a closed reactor. It is also net.ErrClosed.
var ErrClosed = fmt.Errorf("simmer: runtime is closed: %w", net.ErrClosed)

var errBlocking = errors.New("simmer: descriptor is not in non-blocking mode")
