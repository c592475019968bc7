package cancellation_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/waker"
)

type none = struct{}

// hand is a task that a test polls by hand: its cx has no worker, and it counts its wakes.
type hand struct {
	header waker.Header // must be first
	woken  atomic.Int32
	cx     future.Context
}

var handExecutor = waker.NewExecutor(func(h *waker.Header) { holder.Of[hand](h).woken.Add(1) })

func newHand() *hand {
	h := &hand{}
	h.header.InitIdle(handExecutor)
	h.cx = future.NewContext(nil, &h.header)
	return h
}

// wait is one who waits for a token.
type wait struct {
	*hand
	done *cancellation.Waiting
}

// waitFor begins to wait for each of tokens.
func waitFor(t testing.TB, tokens ...*cancellation.Token) (waits []wait) {
	t.Helper()
	for _, tok := range tokens {
		w := wait{newHand(), tok.Done()}
		require.Equal(t, tok.IsCancelled(), w.isOver())
		waits = append(waits, w)
	}
	return waits
}

func (w wait) isOver() bool {
	_, ready, _ := w.done.Poll(&w.cx)
	return ready
}

// requireWoken checks that w was woken once and is over, or neither.
func (w wait) requireWoken(t testing.TB, want bool) {
	t.Helper()
	n := int32(0)
	if want {
		n = 1
	}
	require.Equal(t, n, w.woken.Load())
	require.Equal(t, want, w.isOver())
}

// probe is a future that counts what is done to it. It is ready when isReady is set.
type probe struct {
	isReady      bool
	polls, drops int
}

func (p *probe) Poll(*future.Context) (int, bool, error) {
	p.polls++
	if p.isReady {
		return 42, true, nil
	}
	return 0, false, nil
}

func (p *probe) Drop(*future.Context) { p.drops++ }
