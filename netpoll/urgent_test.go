//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
)

// tcpPair returns a registered end of a TCP connection, and the other end.
func tcpPair(t *testing.T, r *Reactor) (g *Registration, peer int) {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	defer closeFD(listener)
	require.NoError(t, unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, unix.Listen(listener, 1))
	address, err := unix.Getsockname(listener)
	require.NoError(t, err)
	peer, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { closeFD(peer) })
	require.NoError(t, unix.Connect(peer, address))
	require.NoError(t, unix.SetsockoptInt(peer, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	fd, _, err := unix.Accept(listener)
	require.NoError(t, err)
	require.NoError(t, unix.SetNonblock(fd, true))
	g, err = r.Register(fd)
	require.NoError(t, err)
	return g, peer
}

// sendUrgent sends one byte of urgent data.
func sendUrgent(t *testing.T, fd int) {
	_, err := unix.SendmsgN(fd, []byte("!"), nil, nil, unix.MSG_OOB)
	require.NoError(t, err)
}

func TestNothingIsLostBehindUrgentData(t *testing.T) {
	for name, arrive := range map[string]func(r *Reactor, w *worker, peer int){
		"in one event": func(r *Reactor, w *worker, peer int) {
			send(t, peer, "abc")
			sendUrgent(t, peer)
			send(t, peer, "defgh")
			r.Poll(&w.local)
		},
		"in an event of its own": func(r *Reactor, w *worker, peer int) {
			sendUrgent(t, peer)
			r.Poll(&w.local)
			send(t, peer, "abc")
			sendUrgent(t, peer)
			send(t, peer, "defgh")
			r.Poll(&w.local)
		},
		"after the last event": func(r *Reactor, w *worker, peer int) {
			send(t, peer, "abc")
			r.Poll(&w.local)
			sendUrgent(t, peer)
			send(t, peer, "defgh")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newTestReactor(t)
			g, peer := tcpPair(t, r)
			w := newWorker(r)
			arrive(r, w, peer)
			startLoop(t, r, 1)
			ctx := deadline(t)
			got := ""
			for len(got) < len("abcdefgh") {
				require.True(t, newForeign().await(ctx, func(cx *future.Context) bool {
					b := make([]byte, 16)
					n, ready, err := g.PollRead(cx, b)
					require.NoError(t, err)
					got += string(b[:n])
					return ready
				}), "%q and no more", got)
			}
			require.Equal(t, "abcdefgh", got)
		})
	}
}
