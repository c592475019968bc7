package echo

import (
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// conn is one connection of the client, with one request at a time.
type conn struct {
	fd       int
	index    uint32
	number   uint32 // of the request
	written  int    // bytes of the request that are on their way
	got      int    // bytes of it that are back
	wantsOut bool   // epoll watches for room to write
	answered bool   // in the measured time
	sent     time.Time
}

func resolve(address string) (*unix.SockaddrInet4, error) {
	resolved, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	socket := &unix.SockaddrInet4{Port: resolved.Port}
	copy(socket.Addr[:], resolved.IP.To4())
	return socket, nil
}

// dial connects, and makes the socket non-blocking then.
func dial(index uint32, address *unix.SockaddrInet4) (*conn, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	err = connect(fd, address)
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("connection %d: %w", index, err)
	}
	return &conn{fd: fd, index: index}, nil
}

// connect waits until the connection stands. A signal, of which Go's runtime sends some, does not end the attempt: it goes on in
// the system, and poll tells when it is done.
func connect(fd int, address *unix.SockaddrInet4) error {
	if err := unix.Connect(fd, address); err != unix.EINTR {
		return err
	}
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		if _, err := unix.Poll(ready, -1); err == nil {
			break
		} else if err != unix.EINTR {
			return err
		}
	}
	status, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	if status != 0 {
		return unix.Errno(status)
	}
	return nil
}
