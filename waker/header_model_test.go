package waker_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/waker"
)

// model is what a Header means, in plain Go: where the queue entry is, and what was asked for meanwhile.
type model struct {
	queued, polling         bool
	notified, cancelled     bool
	complete, taken, orphan bool
}

func (m *model) idle() bool { return !m.queued && !m.polling && !m.complete }

func (m *model) wake() (schedule bool) {
	switch {
	case m.complete:
		return false
	case m.idle():
		m.queued = true
		return true
	}
	m.notified = true
	return false
}

func (m *model) abort() (schedule bool) {
	if m.complete || m.cancelled {
		return false
	}
	wasIdle := m.idle()
	m.cancelled = true
	m.queued = m.queued || wasIdle
	return wasIdle
}

// addRandom gives f a corpus of random operations, so that an ordinary test run explores too.
func addRandom(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		data := make([]byte, 1+r.IntN(40))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
}

// FuzzHeader runs a task by the transitions that data names, beside the model. The owner's transitions are made only
// while there is an owner.
func FuzzHeader(f *testing.F) {
	f.Add([]byte{0, 3, 0, 4, 0, 1, 5, 2})
	f.Add([]byte{3, 4, 1, 1, 3, 4, 6, 7, 5, 2, 2, 0, 1})
	f.Add([]byte{3, 0, 0, 4, 3, 1, 4, 5})
	f.Add([]byte{3, 4, 0, 3, 0, 1, 6, 4, 5, 2})
	addRandom(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var h waker.Header
		scheduled := 0
		exec := waker.NewExecutor(func(got *waker.Header) {
			require.Same(t, &h, got)
			scheduled++
		})
		h.Init(exec)
		m := model{queued: true}
		for _, op := range data {
			switch op % 8 {
			case 0:
				require.Equal(t, m.wake(), h.Notify())
			case 1:
				require.Equal(t, m.abort(), h.Abort())
			case 2:
				require.Equal(t, m.complete && !m.taken, h.Take())
				m.taken = m.taken || m.complete
			case 3: // the queue entry is taken, and the poll begins
				if m.queued {
					m.queued, m.polling, m.notified = false, true, false
					require.Equal(t, m.cancelled, h.Begin())
				}
			case 4: // the poll was not ready
				if m.polling {
					m.polling = false
					want := waker.Parked
					switch {
					case m.cancelled:
						want, m.polling = waker.Cancel, true
					case m.notified:
						want, m.queued = waker.PollAgain, true
					}
					require.Equal(t, want, h.Idle())
				}
			case 5: // the poll was ready, or the future was dropped
				if m.polling {
					m.polling, m.complete = false, true
					h.Finish()
				}
			case 6:
				m.orphan = true
				h.Detach()
			case 7:
				before, want := scheduled, 0
				if m.wake() {
					want = 1
				}
				h.Waker().Wake()
				require.Equal(t, want, scheduled-before)
			}
			require.Equal(t, m.idle(), h.IsIdle())
			require.Equal(t, m.notified || m.cancelled, h.IsMarked())
			require.Equal(t, m.complete, h.IsComplete())
			require.Equal(t, m.cancelled, h.IsCancelled())
			require.Equal(t, m.taken, h.IsTaken())
			require.Equal(t, !m.complete && !m.orphan, h.IsOwned())
		}
	})
}
