package aio_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
)

// silent returns a listener whose queue is full, so that connecting to it takes for ever, and what closes it.
func silent(cx *future.Context) (address string, closeAll func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return "", nil, err
	}
	closers := []func(){func() { _ = syscall.Close(fd) }}
	closeAll = func() {
		for _, c := range closers {
			c()
		}
	}
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = syscall.Listen(fd, 0)
	}
	if err != nil {
		closeAll()
		return "", nil, err
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		closeAll()
		return "", nil, err
	}
	address = fmt.Sprintf("127.0.0.1:%d", sa.(*syscall.SockaddrInet4).Port)
	for range 16 {
		c, err := future.Await(cx, timer.Timeout(50*time.Millisecond, aio.Dialing("tcp", address)))
		if errors.Is(err, timer.ErrElapsed) {
			return address, closeAll, nil
		}
		if err != nil {
			closeAll()
			return "", nil, err
		}
		closers = append(closers, func() { _ = c.Close() })
	}
	closeAll()
	return "", nil, errors.New("the queue of a listener does not get full")
}

func TestDroppedDialingLeavesNoDescriptor(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		address, closeAll, err := silent(cx)
		if err != nil {
			return err
		}
		defer closeAll()
		before := descriptors(t)
		for range 3 {
			if _, err := future.Await(cx, timer.Timeout(time.Millisecond, aio.Dialing("tcp", address))); !errors.Is(err, timer.ErrElapsed) {
				return fmt.Errorf("want a timeout, got %v", err)
			}
		}
		dialing := e.spawn(func(cx *future.Context) error {
			_, err := aio.Dial(cx, "tcp", address)
			return err
		})
		go waitIdle(dialing.abort, dialing)
		err = dialing.join(cx)
		after := descriptors(t)
		return errors.Join(expect(err == errAborted, "got %v", err), expect(after == before, "%d descriptors before, %d after", before, after))
	})
}

// A free local port may be the very one that is dialled; then the socket is connected with itself, and nobody listens.
func TestConnectionWithItselfIsNoConnection(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		before := descriptors(t)
		address := closedPort(t)
		dialing := aio.Dialing("tcp", address)
		opened := 0
		aio.OpenWith(dialing, func(addr netip.AddrPort, usual func(netip.AddrPort) (int, bool, error)) (int, bool, error) {
			if opened++; opened > 1 {
				return usual(addr)
			}
			fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
			if err != nil {
				return -1, false, err
			}
			self := &syscall.SockaddrInet4{Addr: addr.Addr().As4(), Port: int(addr.Port())}
			err = errors.Join(syscall.Bind(fd, self), syscall.Connect(fd, self), syscall.SetNonblock(fd, true))
			return fd, err == nil, err
		})
		_, err := future.Await(cx, dialing)
		after := descriptors(t)
		return errors.Join(expect(errors.Is(err, syscall.ECONNREFUSED), "got %v", err), expect(opened == 2, "opened %d sockets", opened),
			expect(before == after, "%d descriptors before, %d after", before, after))
	})
}

// A socket that never began to connect is hung up without an error: there is nothing to try again for before the next event.
func TestDialingThatIsHungUpWithoutAnErrorWaits(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		dialing := aio.Dialing("tcp", "127.0.0.1:1")
		aio.OpenWith(dialing, func(netip.AddrPort, func(netip.AddrPort) (int, bool, error)) (int, bool, error) {
			fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
			return fd, false, err
		})
		polls := 0
		waiting := e.spawn(func(cx *future.Context) error {
			_, err := future.AwaitPoll(cx, func(cx *future.Context) (*aio.Conn, bool, error) {
				if polls++; polls > 10 {
					return nil, true, errors.New("it spins")
				}
				return dialing.Poll(cx)
			}, func(cx *future.Context) { future.Drop(cx, dialing) })
			return err
		})
		go waitIdle(waiting.abort, waiting)
		err := waiting.join(cx)
		return expect(err == errAborted, "got %v", err)
	})
}

// Some systems do not tell the addresses of a connection that its peer has reset. A pipe has none either.
func TestDialledConnWithoutAnAddressIsAConn(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		dialing := aio.Dialing("tcp", "127.0.0.1:1")
		aio.OpenWith(dialing, func(netip.AddrPort, func(netip.AddrPort) (int, bool, error)) (int, bool, error) {
			fd, err := hungUpPipe()
			return fd, true, err
		})
		c, err := future.Await(cx, dialing)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.Read(cx, make([]byte, 1))
		return errors.Join(expect(err == io.EOF, "read: %v", err), expect(c.LocalAddr().String() == "[::]:0", "%v", c.LocalAddr()))
	})
}

// hungUpPipe returns the reading end of a pipe that nobody writes to.
func hungUpPipe() (int, error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC); err != nil {
		return -1, err
	}
	return ends[0], syscall.Close(ends[1])
}

// descriptors returns the number of open files and sockets.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}
