package aio_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

func TestOptionsAreThoseOfPackageNet(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		for _, c := range []*aio.Conn{client, server} {
			var noDelay, keepAlive, idle int
			err := c.Control(func(fd uintptr) {
				noDelay, _ = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
				keepAlive, _ = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
				idle, _ = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE)
			})
			if err != nil || noDelay == 0 || keepAlive == 0 || idle != 15 {
				return fmt.Errorf("no delay %d, keep alive %d, idle %d, %v", noDelay, keepAlive, idle, err)
			}
			err = errors.Join(c.SetNoDelay(false), c.SetKeepAlive(false), c.SetKeepAlivePeriod(1500*time.Millisecond), c.Control(func(fd uintptr) {
				noDelay, _ = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
				keepAlive, _ = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
				idle, _ = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE)
			}))
			if err != nil || noDelay != 0 || keepAlive != 0 || idle != 2 {
				return fmt.Errorf("no delay %d, keep alive %d, idle %d, %v", noDelay, keepAlive, idle, err)
			}
		}
		return nil
	})
}
