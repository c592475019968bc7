package runtime_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/sync/watch"
	"github.com/simmer-go/simmer/timer"
)

// The claims of the article that need more than tasks and handles: sets, tokens, joins and channels.

// covers: S45
func TestS45HandlesComeInTheOrderOfTheSpawnsAndASetInThatOfTheEnds(t *testing.T) {
	delays := []time.Duration{3 * time.Second, time.Second, 2 * time.Second}
	sleeper := func(d time.Duration) func(cx *future.Context) (time.Duration, error) {
		return func(cx *future.Context) (time.Duration, error) { return d, timer.Sleep(cx, d) }
	}
	rt, clock := openPaused(t, 2)
	must(t, rt, func(cx *future.Context) {
		var handles []*runtime.JoinHandle[time.Duration]
		for _, d := range delays {
			handles = append(handles, runtime.Go(cx, sleeper(d)))
		}
		for i, h := range handles {
			d, err := h.Await(cx)
			require.NoError(t, err)
			require.Equal(t, delays[i], d)
			require.Equal(t, int64(3*time.Second), clock.Nanos(), "the first one is the slowest")
		}

		start := clock.Nanos()
		var set runtime.JoinSet[time.Duration]
		for _, d := range delays {
			set.Go(cx, sleeper(d))
		}
		for i := 1; set.Len() > 0; i++ {
			joined, err := set.JoinNext(cx)
			require.NoError(t, err)
			require.NoError(t, joined.Err)
			require.Equal(t, time.Duration(i)*time.Second, joined.Value)
			require.Equal(t, int64(joined.Value), clock.Nanos()-start, "as they arrive")
		}
	})
}

// covers: S63
func TestS63ATokenLetsATaskEndGracefully(t *testing.T) {
	rt, clock := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		token := cancellation.New()
		steps, cleaned := 0, false
		h := runtime.Go(cx, func(cx *future.Context) (int, error) {
			for {
				which, err := future.AwaitSelect2(cx, token.Done(), timer.After(time.Second))
				if err != nil {
					return steps, err
				}
				if which.Index == 0 {
					err := timer.Sleep(cx, time.Minute) // an aborted task could not wait here
					cleaned = err == nil
					return steps, err
				}
				steps++
			}
		})
		require.NoError(t, timer.Sleep(cx, 3500*time.Millisecond))
		token.Cancel(cx)
		n, err := h.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.True(t, cleaned)
		require.Equal(t, int64(63500*time.Millisecond), clock.Nanos())
	})
}

// covers: S67
func TestS67ASetHoldsManyTasksAndAbortsThemTogether(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var set runtime.JoinSet[int]
		sum := 0
		for i := range 100 {
			set.Go(cx, func(cx *future.Context) (int, error) { return i, future.Yield(cx) })
		}
		require.Equal(t, 100, set.Len())
		for joined, err := range joinAll(cx, &set) {
			require.NoError(t, err)
			sum += joined
		}
		require.Equal(t, 99*100/2, sum)

		probes := make([]*probe, 10)
		for i := range probes {
			probes[i] = newProbe()
			set.Spawn(cx, probes[i])
		}
		set.AbortAll()
		cancelled := 0
		for _, err := range joinAll(cx, &set) {
			requireCancelled(t, err)
			cancelled++
		}
		require.Equal(t, len(probes), cancelled)
		for _, p := range probes {
			p.requireDroppedOnce(t)
		}
	})
}

// joinAll yields the results of set until it is empty.
func joinAll[T any](cx *future.Context, set *runtime.JoinSet[T]) func(yield func(T, error) bool) {
	return func(yield func(T, error) bool) {
		for set.Len() > 0 {
			joined, err := set.JoinNext(cx)
			if err != nil || !yield(joined.Value, joined.Err) {
				return
			}
		}
	}
}

// covers: S68
func TestS68AJoinRunsOnTheCurrentTask(t *testing.T) {
	var spawns int
	rt := open(t, runtime.Config{Workers: 1, Clock: timer.NewPausedClock(time.Unix(0, 0)), Hooks: runtime.Hooks{
		OnSpawn: func(runtime.TaskMeta) { spawns++ }, // one worker, and one goroutine that waits for it
	}})
	must(t, rt, func(cx *future.Context) {
		begun, before := timer.Now(cx), spawns
		task := cx.Task()
		wait := func(d time.Duration) future.Future[time.Duration] {
			return future.Async(func(cx *future.Context) (time.Duration, error) {
				err := timer.Sleep(cx, d)
				return timer.Now(cx).Sub(begun), err
			})
		}
		got, err := future.Await(cx, future.Join3(wait(time.Second), wait(3*time.Second), wait(2*time.Second)))
		require.NoError(t, err)
		require.Equal(t, [3]time.Duration{time.Second, 3 * time.Second, 2 * time.Second}, [3]time.Duration{got.A.Value, got.B.Value, got.C.Value})
		require.Equal(t, 3*time.Second, timer.Now(cx).Sub(begun), "at the same time")
		require.Equal(t, before, spawns, "without a task")
		require.Same(t, task, cx.Task())
	})
}

// covers: S69
func TestS69ChannelsCarryEveryValueOrTheLatest(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		all, values := mpsc.New[int](4)
		latest, seen := watch.New(0)
		producer := runtime.Go(cx, func(cx *future.Context) (none, error) {
			defer all.Close(cx)
			defer latest.Close(cx)
			for i := 1; i <= 100; i++ {
				if err := errors.Join(latest.Send(cx, i), all.Send(cx, i)); err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		})
		n := 0
		for v := range values.All(cx) {
			n++
			require.Equal(t, n, v, "every value, in its order")
		}
		require.Equal(t, 100, n)
		require.NoError(t, seen.Changed(cx), "once for all of them")
		require.Equal(t, 100, seen.GetAndUpdate())
		require.ErrorIs(t, seen.Changed(cx), watch.ErrClosed)
		_, err := producer.Await(cx)
		require.NoError(t, err)
	})
}

// covers: S70
func TestS70ManyTasksStreamTheirResultsToOne(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		const producers, each = 10, 50
		tx, rx := mpsc.New[[2]int](3)
		for p := range producers {
			own := tx.Clone()
			runtime.Go(cx, func(cx *future.Context) (none, error) {
				defer own.Close(cx)
				for i := range each {
					if err := own.Send(cx, [2]int{p, i}); err != nil {
						return none{}, err
					}
				}
				return none{}, nil
			})
		}
		tx.Close(cx)
		var next [producers]int
		for v := range rx.All(cx) {
			require.Equal(t, next[v[0]], v[1], "those of one producer in their order")
			next[v[0]]++
		}
		for _, n := range next {
			require.Equal(t, each, n)
		}
	})
}
