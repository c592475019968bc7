//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"errors"
	"net"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// Each connection carries its own letter. A read that was under way when its connection was closed must not return the
// letter of the connection that has got the number since.
func TestReadBesideCloseNeverReadsFromAReusedNumber(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	const lanes, rounds = 4, 250
	r := newTestReactor(t)
	startLoop(t, r, 2)
	ctx := deadline(t)
	var wg sync.WaitGroup
	for lane := range lanes {
		letter := byte('a' + lane)
		wg.Go(func() { // ends after its rounds
			for range rounds {
				fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
				if err != nil {
					t.Error(err)
					return
				}
				_ = unix.SetNonblock(fds[0], true)
				_, _ = unix.Write(fds[1], []byte{letter, letter, letter, letter})
				g, err := r.Register(fds[0])
				if err != nil {
					t.Error(err)
					return
				}
				var reading sync.WaitGroup
				var read sy.Int32
				reading.Go(func() { // ends when g is closed
					waiter := newForeign()
					for b := []byte{0}; ; {
						var err error
						if !waiter.await(ctx, func(cx *future.Context) (ready bool) {
							_, ready, err = g.PollRead(cx, b)
							return ready
						}) {
							t.Error("a wake was lost")
							return
						}
						if err != nil {
							if !errors.Is(err, net.ErrClosed) {
								t.Error(err)
							}
							return
						}
						if b[0] != letter {
							t.Errorf("read %q from the connection of %q", b[0], letter)
						}
						read.Add(1)
					}
				})
				for read.Load() == 0 && ctx.Err() == nil {
					runtime.Gosched()
				}
				if err := g.Close(); err != nil {
					t.Error(err)
				}
				reading.Wait()
				_ = unix.Close(fds[1])
			}
		})
	}
	wg.Wait()
}

// tokio: T135 tests/io_async_fd.rs driver_shutdown_wakes_pending_race: registrations beside the end of the reactor fail or are closed
func TestCloseReactorBesideRegisterAndClose(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	for range 40 {
		r, err := NewReactor()
		require.NoError(t, err)
		w := newWorker(r)
		var wg sync.WaitGroup
		started := make(chan struct{})
		var once sync.Once
		for range 3 {
			wg.Go(func() { // ends when the reactor is closed
				for {
					fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
					if err != nil {
						t.Error(err)
						return
					}
					_ = unix.Close(fds[1])
					_ = unix.SetNonblock(fds[0], true)
					g, err := r.Register(fds[0])
					once.Do(func() { close(started) })
					if err != nil {
						if err != ErrClosed {
							t.Error(err)
						}
						_ = unix.Close(fds[0])
						return
					}
					if err := g.Close(); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() { // ends when the reactor is closed
			for r.using.acquire() {
				r.release()
				r.Poll(&w.local)
			}
		})
		<-started
		require.NoError(t, r.Close())
		wg.Wait()
	}
}

// Two tasks of ordinary goroutines throw a byte to and fro; each wake is needed for the next.
func TestNoWakeIsLostBetweenTwoWaiters(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	r := newTestReactor(t)
	startLoop(t, r, 2)
	ctx := deadline(t)
	a, fd := socketpair(t)
	peer, err := unix.Dup(fd) // the test closes fd, the registration its copy
	require.NoError(t, err)
	ga, err := r.Register(a)
	require.NoError(t, err)
	gb, err := r.Register(peer)
	require.NoError(t, err)

	const rounds = 3000
	var wg sync.WaitGroup
	player := func(g *Registration, serves bool) {
		waiter, b := newForeign(), []byte{0}
		for round := range rounds {
			if round > 0 || !serves {
				if !waiter.await(ctx, func(cx *future.Context) bool {
					n, ready, err := g.PollRead(cx, b)
					return ready && n == 1 && err == nil
				}) {
					t.Errorf("a wake was lost in round %d", round)
					return
				}
			}
			if !waiter.await(ctx, func(cx *future.Context) bool {
				n, ready, err := g.PollWrite(cx, b)
				return ready && n == 1 && err == nil
			}) {
				t.Errorf("a wake was lost in round %d", round)
				return
			}
		}
	}
	wg.Go(func() { player(ga, true) })  // ends after its rounds
	wg.Go(func() { player(gb, false) }) // ends after its rounds
	wg.Wait()
}
