package cancellation_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/cancellation"
)

// model says what a token must be, in the plainest way: each node knows its parent, and asks.
type model struct {
	parent    *model
	children  []*model
	cause     error
	tok       *cancellation.Token
	waits     []wait
	cancelled bool
}

func (m *model) child() *model {
	c := &model{tok: m.tok.Child(), parent: m, cause: m.cause, cancelled: m.cancelled}
	if c.cancelled {
		c.parent = nil
	} else {
		m.children = append(m.children, c)
	}
	return c
}

func (m *model) close() {
	m.tok.Close(nil)
	p := m.parent
	if p == nil {
		return
	}
	p.children = slices.DeleteFunc(p.children, func(c *model) bool { return c == m })
	for _, c := range m.children {
		c.parent = p
		p.children = append(p.children, c)
	}
	m.parent, m.children = nil, nil
}

func (m *model) mark(cause error) {
	if m.cancelled {
		return
	}
	m.cancelled, m.cause, m.parent = true, cause, nil
	for _, c := range m.children {
		c.mark(cause)
	}
	m.children = nil
}

func (m *model) check(t testing.TB) {
	require.Equal(t, m.cancelled, m.tok.IsCancelled())
	require.Equal(t, m.cause, m.tok.Cause())
	for _, w := range m.waits {
		require.Equal(t, m.cancelled, w.woken.Load() == 1)
	}
}

// FuzzTree compares a tree of tokens with the model. Each pair of bytes is an operation and a token.
func FuzzTree(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 3, 2, 1, 1, 2, 0})
	f.Add([]byte{0, 0, 0, 0, 0, 1, 0, 2, 3, 3, 3, 4, 1, 1, 2, 2, 0, 1, 2, 0})
	f.Add([]byte{0, 0, 1, 1, 0, 1, 3, 2, 2, 1, 4, 2, 2, 0, 0, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		nodes := []*model{{tok: cancellation.New()}}
		for i := 0; i+1 < len(ops) && i < 200; i += 2 {
			m := nodes[int(ops[i+1])%len(nodes)]
			switch ops[i] % 5 {
			case 0:
				nodes = append(nodes, m.child())
			case 1:
				m.close()
			case 2:
				cause := fmt.Errorf("cause %d", i)
				m.tok.CancelCause(nil, cause)
				m.mark(cause)
			case 3:
				if !m.cancelled {
					m.waits = append(m.waits, waitFor(t, m.tok)[0])
				}
			case 4:
				if n := len(m.waits); n > 0 && !m.cancelled {
					m.waits[n-1].done.Drop(nil)
					m.waits = m.waits[:n-1]
				}
			}
			for _, m := range nodes {
				m.check(t)
			}
		}
	})
}

// All orders of up to six steps of two waiters, of a child and its parent: each waiter is woken exactly if its token is
// cancelled while it waits, and no wait hangs or wakes for nothing.
func TestEveryOrderOfStepsWakesWhoWaits(t *testing.T) {
	most := 6
	if invariant.Enabled {
		most = 4 // the race detector is slow
	}
	steps := []string{"poll child", "poll parent", "drop child", "drop parent", "cancel child", "cancel parent", "close child"}
	var walk func(order []int)
	walk = func(order []int) {
		runOrder(t, steps, order)
		if len(order) == most {
			return
		}
		for i := range steps {
			walk(append(order[:len(order):len(order)], i))
		}
	}
	walk(nil)
}

func runOrder(t *testing.T, steps []string, order []int) {
	parent := cancellation.New()
	child := parent.Child()
	tokens := [2]*cancellation.Token{child, parent}
	var hands [2]*hand
	var waiters [2]cancellation.Waiter
	var waiting, cancelled [2]bool
	var woken [2]int32
	linked := true
	for i := range hands {
		hands[i] = newHand()
	}
	cancel := func(i int) {
		if !cancelled[i] {
			cancelled[i] = true
			if waiting[i] {
				woken[i]++
			}
		}
	}
	for _, step := range order {
		i := step % 2
		switch steps[step] {
		case "poll child", "poll parent":
			_, ready, _ := tokens[i].PollCancelled(&hands[i].cx, &waiters[i])
			if ready != cancelled[i] {
				t.Fatalf("%v: a poll is %v", order, ready)
			}
			waiting[i] = !ready
		case "drop child", "drop parent":
			waiters[i].Drop(nil)
			waiting[i] = false
		case "cancel child":
			child.Cancel(nil)
			cancel(0)
		case "cancel parent":
			parent.Cancel(nil)
			cancel(1)
			if linked {
				cancel(0)
			}
		case "close child":
			child.Close(nil)
			linked = false
		}
		for i, h := range hands {
			if h.woken.Load() != min(woken[i], 1) {
				t.Fatalf("%v: waiter %d was woken %d times", order, i, h.woken.Load())
			}
		}
	}
}
