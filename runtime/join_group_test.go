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
		m = &member[int, struct{}]{handle: finished[int](nil), at: int32(len(g.members))}
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

// What a joined task has used is there for the next one, a little of it, and nothing of the task.
func TestAGroupKeepsAFewEmptyMembers(t *testing.T) {
	var g group[*[1 << 20]byte, *int]
	cx := future.NewContext(nil, new(waker.Header))
	ended := make([]*JoinHandle[*[1 << 20]byte], maxSpare+10)
	joinAll := func() {
		for i := range ended {
			ended[i] = finished[*[1 << 20]byte](nil)
		}
		for _, h := range ended {
			g.add(h, new(int))
		}
		for range ended {
			m, ready, err := g.poll(&cx)
			require.True(t, ready)
			require.NoError(t, err)
			g.join(m)
		}
	}
	joinAll()
	require.Len(t, g.spare, maxSpare)
	for _, m := range g.spare {
		require.Equal(t, new(member[*[1 << 20]byte, *int]), m)
	}
	kept := g.spare[maxSpare-1]
	require.Same(t, kept, g.add(finished[*[1 << 20]byte](nil), nil))
	require.Len(t, g.spare, maxSpare-1)
	require.Nil(t, g.spare[:maxSpare][maxSpare-1], "it is in one place")
}

func TestTasksThatAreJoinedOneByOneNeedOneMember(t *testing.T) {
	var g group[int, struct{}]
	cx := future.NewContext(nil, new(waker.Header))
	h := finished[int](nil)
	require.Zero(t, testing.AllocsPerRun(200, func() {
		g.add(h, struct{}{})
		m, _, _ := g.poll(&cx)
		g.join(m)
	}))
}
