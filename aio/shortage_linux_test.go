package aio_test

import (
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// With no descriptor left, accept is tried after 5, 10, 20 and 40 ms, not all the time, and goes on when there are some again.
func TestAcceptBacksOffWithoutDescriptorsAndRecovers(t *testing.T) {
	const failures = 5
	var began, ended time.Time
	attempts := 0
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		client, err := aio.Dial(cx, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		defer client.Close()
		restore, err := useUpDescriptors()
		if err != nil {
			return err
		}
		defer restore()
		aio.WrapAccept(ln, func(next aio.AcceptFunc) aio.AcceptFunc {
			return func(fd int) (int, netip.AddrPort, error) {
				if attempts++; attempts == 1 {
					began = time.Now()
				}
				if attempts > failures {
					restore()
				}
				conn, peer, err := next(fd)
				if attempts == failures {
					ended = time.Now()
				}
				return conn, peer, err
			}
		})
		server, err := ln.Accept(cx)
		if err != nil {
			return err
		}
		return server.Close()
	})
	require.Equal(t, failures+1, attempts)
	require.GreaterOrEqual(t, ended.Sub(began), 75*time.Millisecond)
}

// useUpDescriptors lowers the process's limit to what is open, until restore is called, as often as wanted.
func useUpDescriptors() (restore func(), err error) {
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		return nil, err
	}
	probe, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	next := probe.Fd() // the lowest number that is free
	_ = probe.Close()
	low := old
	low.Cur = uint64(next)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		return nil, err
	}
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old) }, nil
}
