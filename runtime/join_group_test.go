package runtime

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/meet"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// A task of a set ends beside a poll of the set: either the poll returns it, or who has polled is woken.
func TestAnEndBesideAPollOfTheSetIsSeen(t *testing.T) {
	var (
		g      group[int, struct{}]
		m      *member[int, struct{}]
		joined *member[int, struct{}]
		wakes  sy.Int64
		lost   int
	)
	task := new(waker.Header)
	task.InitIdle(waker.NewExecutor(func(*waker.Header) { wakes.Add(1) }))
	cx := future.NewContext(nil, task)
	begin := func() {
		m = &member[int, struct{}]{handle: finished[int](nil), at: len(g.members)}
		m.queue = g.ended
		m.header.InitIdle(endNoticeExecutor)
		g.members = append(g.members, m)
	}
	g.ended = new(endedQueue)
	begin()
	meet.Rounds(60_000,
		func(int) { joined, _, _ = g.poll(&cx) },
		func(int) { m.header.Waker().Wake() },
		func(int) {
			if joined == nil && wakes.Load() == 0 {
				lost++
			}
			if wakes.Swap(0) > 0 {
				task.Begin()
				task.Idle()
			}
			if joined == nil {
				require.Same(t, m, g.next())
			}
			g.leave(&cx)
			begin()
		})
	require.Zero(t, lost)
}
