package stream_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/stream"
)

func TestAnItemAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	yes := func(int) bool { return true }
	var m stream.StreamMap[int, int]
	m.Insert(1, stream.Repeat(1))
	m.Insert(2, stream.Repeat(2))
	for name, s := range map[string]stream.Stream[int]{
		"FromSeq": stream.FromSeq(func(yield func(int) bool) {
			for yield(1) {
			}
		}),
		"Map, Filter": stream.Filter(stream.Map(stream.Repeat(1), func(n int) (int, error) { return n, nil }), yes),
		"Merge":       stream.Merge(stream.Repeat(1), stream.Repeat(2)),
		"Zip":         stream.Map(stream.Zip(stream.Repeat(1), stream.Repeat(2)), func(p stream.Pair[int, int]) (int, error) { return p.A, nil }),
		"StreamMap":   stream.Map(&m, func(e stream.Entry[int, int]) (int, error) { return e.Value, nil }),
		"Timeout":     stream.Timeout(stream.Repeat(1), ms(100)),
		"Generate": stream.Generate(func(_ *future.Context, yield func(int)) error {
			for {
				yield(1)
			}
		}),
	} {
		w := newWorker(t)
		take := func() {
			w.local.BeginPoll()
			if _, ready, err := s.PollNext(&w.cx); !ready || err != nil {
				t.Fatal(name, ready, err)
			}
		}
		take()
		require.Zero(t, testing.AllocsPerRun(500, take), name)
		w.drop(s)
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	w := newWorker(t)
	s := stream.Repeat(1)
	require.NoError(t, body(w, func(cx *future.Context) error {
		require.Zero(t, testing.AllocsPerRun(500, func() {
			if _, err := stream.Next(cx, s); err != nil {
				t.Fatal(err)
			}
		}))
		return nil
	}))
}
