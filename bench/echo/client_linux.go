package echo

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/bench/usage"
)

const (
	eventsAtOnce = 256
	// readSize is what one read may bring.
	readSize = 64 << 10
	// sampleHint is how many samples a second are room for at the start.
	sampleHint = 300_000
)

// client is the closed loop: one goroutine, one epoll.
type client struct {
	load
	epoll    int
	conns    []*conn
	message  message
	in       []byte
	answered []time.Duration // latencies of the measured requests
	served   int             // connections that had one of them
	now      time.Time       // of the last look at the clock
	measures bool
}

// run is the client's life.
func (l *load) run() (figures, error) {
	var f figures
	c := &client{load: *l, message: newMessage(l.Size), in: make([]byte, readSize)}
	c.answered = make([]time.Duration, 0, int(sampleHint*l.Duration.Seconds()))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // it would take the server's core
	if err := c.open(); err != nil {
		return f, fmt.Errorf("echo: %w", errors.Join(err, c.close()))
	}
	err := c.measure(&f)
	return f, errors.Join(err, c.close())
}

func (c *client) open() (err error) {
	if c.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	address, err := resolve(c.Address)
	if err != nil {
		return err
	}
	for i := range c.Conns {
		conn, err := dial(uint32(i), address)
		if err != nil {
			return err
		}
		c.conns = append(c.conns, conn)
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
		if err := unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, conn.fd, &event); err != nil {
			return fmt.Errorf("epoll: %w", err)
		}
	}
	return nil
}

func (c *client) close() error {
	var errs []error
	for _, conn := range c.conns {
		errs = append(errs, unix.Close(conn.fd))
	}
	return errors.Join(append(errs, unix.Close(c.epoll))...)
}

// measure runs the warm-up and then the time that counts.
func (c *client) measure(f *figures) error {
	c.now = time.Now()
	for i := range c.conns {
		if err := c.send(i); err != nil {
			return err
		}
	}
	if err := c.loop(c.now.Add(c.WarmUp)); err != nil {
		return err
	}
	server, err := processCPU(c.ServerPID)
	if err != nil {
		return err
	}
	c.measures = true
	start, own := time.Now(), usage.CPU()
	if err := c.loop(start.Add(c.Duration)); err != nil {
		return err
	}
	f.Wall, f.ClientCPU = time.Since(start), usage.CPU()-own
	after, err := processCPU(c.ServerPID)
	if err != nil {
		return err
	}
	f.ServerCPU = after - server
	if len(c.answered) == 0 {
		return fmt.Errorf("echo: no answer in %v", c.Duration)
	}
	f.Served = c.served
	f.summarize(c.answered)
	return nil
}

// loop serves the connections until the time has come.
func (c *client) loop(until time.Time) error {
	var events [eventsAtOnce]unix.EpollEvent
	for c.now = time.Now(); c.now.Before(until); {
		// Rounded up: a timeout of 0 would spin for the last millisecond.
		timeout := int(until.Sub(c.now)/time.Millisecond) + 1
		n, err := unix.EpollWait(c.epoll, events[:], timeout)
		if err != nil && err != unix.EINTR {
			return fmt.Errorf("echo: epoll: %w", err)
		}
		for i := range max(n, 0) {
			if err := c.serve(&events[i]); err != nil {
				return err
			}
		}
		if n <= 0 {
			c.now = time.Now()
		}
	}
	return nil
}

// serve does what a connection is ready for.
func (c *client) serve(event *unix.EpollEvent) error {
	i := int(event.Fd)
	if event.Events&unix.EPOLLOUT != 0 {
		if err := c.write(i); err != nil {
			return err
		}
	}
	if event.Events&^uint32(unix.EPOLLOUT) != 0 {
		return c.receive(i)
	}
	return nil
}

// send begins the next request of a connection.
func (c *client) send(i int) error {
	conn := c.conns[i]
	conn.number++
	conn.written, conn.got = 0, 0
	conn.sent = c.now
	return c.write(i)
}

// write sends what the system takes. It asks for EPOLLOUT only while something is left.
func (c *client) write(i int) error {
	conn := c.conns[i]
	n, err := unix.Write(conn.fd, c.message.of(conn)[conn.written:])
	if err != nil && err != unix.EAGAIN && err != unix.EINTR {
		return fmt.Errorf("echo: connection %d: write: %w", i, err)
	}
	conn.written += max(n, 0)
	if left := conn.written < c.Size; left != conn.wantsOut {
		conn.wantsOut = left
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
		if left {
			event.Events |= unix.EPOLLOUT
		}
		if err := unix.EpollCtl(c.epoll, unix.EPOLL_CTL_MOD, conn.fd, &event); err != nil {
			return fmt.Errorf("echo: epoll: %w", err)
		}
	}
	return nil
}

// receive reads what has come back. When the answer is whole, it sends the next request.
func (c *client) receive(i int) error {
	conn := c.conns[i]
	n, err := unix.Read(conn.fd, c.in)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil
	case err != nil:
		return fmt.Errorf("echo: connection %d: read: %w", i, err)
	case n == 0:
		return fmt.Errorf("echo: connection %d: the server has closed it", i)
	}
	if err := c.message.compare(conn, c.in[:n]); err != nil {
		return fmt.Errorf("echo: connection %d: %w", i, err)
	}
	conn.got += n
	if conn.got < c.Size {
		return nil
	}
	c.now = time.Now()
	if c.measures {
		c.answered = append(c.answered, c.now.Sub(conn.sent))
		if !conn.answered {
			conn.answered = true
			c.served++
		}
	}
	return c.send(i)
}
