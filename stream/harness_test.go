package stream_test

import (
	"context"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// worker polls one task by hand, on a paused clock.
type worker struct {
	t     testing.TB
	clock *timer.Clock
	wheel *timer.Wheel
	local future.Local
	cx    future.Context
	task  waker.Header
	woken bool
}

func newWorker(t testing.TB) *worker {
	w := &worker{t: t, clock: timer.NewPausedClock(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))}
	w.wheel = timer.NewWheel(w.clock, nil)
	exec := waker.NewExecutor(func(*waker.Header) { w.woken = true })
	w.local = future.Local{Executor: exec, Worker: w, Clock: w.clock, Timers: timer.NewStage()}
	w.local.Seed(1)
	w.task.Init(exec)
	w.cx = future.NewContext(&w.local, &w.task)
	t.Cleanup(w.local.CloseBodies)
	return w
}

func (w *worker) ScheduleNext(*waker.Header)                { w.woken = true }
func (w *worker) ScheduleBack(*waker.Header)                { w.woken = true }
func (w *worker) TaskContext(*waker.Header) context.Context { return w.t.Context() }

// turn polls the task once: poll is what it does. After that woken tells whether it would be polled again.
func (w *worker) turn(poll func(cx *future.Context)) {
	if w.task.IsIdle() {
		w.task.Notify()
	}
	w.task.Begin()
	w.woken = false
	w.local.BeginPoll()
	poll(&w.cx)
	w.wheel.Apply(w.local.Timers)
	if w.local.TakeAgain() || w.task.Idle() == waker.PollAgain {
		w.woken = true
	}
}

// advance moves the clock and fires what is due.
func (w *worker) advance(d time.Duration) {
	w.clock.Advance(d)
	w.wheel.Turn(&w.local, w.clock.Nanos())
}

// drop gives up a stream or a future.
func (w *worker) drop(x any) {
	w.turn(func(cx *future.Context) { future.Drop(cx, x) })
}

// next polls s once in a turn of its own.
func next[T any](w *worker, s stream.Stream[T]) (item T, ready bool, err error) {
	w.turn(func(cx *future.Context) { item, ready, err = s.PollNext(cx) })
	return item, ready, err
}

func requireItem[T any](w *worker, s stream.Stream[T], want T) {
	w.t.Helper()
	item, ready, err := next(w, s)
	require.True(w.t, ready, "an item is due")
	require.NoError(w.t, err)
	require.Equal(w.t, want, item)
}

func requireError[T any](w *worker, s stream.Stream[T], want error) {
	w.t.Helper()
	item, ready, err := next(w, s)
	require.True(w.t, ready)
	require.Equal(w.t, want, err)
	require.Zero(w.t, item)
}

func requireEnd[T any](w *worker, s stream.Stream[T]) {
	w.t.Helper()
	requireError(w, s, io.EOF)
}

func requirePending[T any](w *worker, s stream.Stream[T]) {
	w.t.Helper()
	item, ready, err := next(w, s)
	require.False(w.t, ready)
	require.NoError(w.t, err)
	require.Zero(w.t, item)
	require.False(w.t, w.woken, "it waits")
}

func requireNoTimer(w *worker) {
	w.t.Helper()
	require.Equal(w.t, int64(math.MaxInt64), w.wheel.Next(), "no timer is armed")
}

// await polls f until it is ready, moving the clock whenever it waits.
func await[T any](w *worker, f future.Future[T]) (value T, err error) {
	w.t.Helper()
	for range 10_000 {
		ready := false
		w.turn(func(cx *future.Context) { value, ready, err = f.Poll(cx) })
		if ready {
			return value, err
		}
		if !w.woken {
			require.True(w.t, w.clock.Jump(w.wheel.Next()), "it waits for nothing")
			w.wheel.Turn(&w.local, w.clock.Nanos())
		}
	}
	w.t.Fatal("it makes no progress")
	return value, err
}

func collect[T any](w *worker, s stream.Stream[T]) []T {
	w.t.Helper()
	items, err := await(w, stream.Collect(s))
	require.NoError(w.t, err)
	return items
}

// body awaits straight-line code.
func body(w *worker, fn func(cx *future.Context) error) error {
	w.t.Helper()
	_, err := await(w, future.Async(func(cx *future.Context) (none struct{}, err error) { return none, fn(cx) }))
	return err
}

// channel is an unbounded queue with a stream at its other end.
type channel[T any] struct {
	slot   waker.Slot
	items  []T
	errs   []error
	closed bool
	polls  int
	drops  int
	ended  bool
}

func (c *channel[T]) send(items ...T) {
	c.items = append(c.items, items...)
	c.slot.Take().Wake()
}

func (c *channel[T]) fail(err error) {
	c.errs = append(c.errs, err)
	c.slot.Take().Wake()
}

func (c *channel[T]) close() {
	c.closed = true
	c.slot.Take().Wake()
}

func (c *channel[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if c.ended || c.drops > 0 {
		panic("polled after its end")
	}
	c.polls++
	c.slot.Set(cx.Waker())
	switch {
	case len(c.items) > 0:
		item, c.items = c.items[0], c.items[1:]
		return item, true, nil
	case len(c.errs) > 0:
		err, c.errs = c.errs[0], c.errs[1:]
		return item, true, err
	case c.closed:
		c.ended = true
		return item, true, io.EOF
	}
	return item, false, nil
}

func (c *channel[T]) Drop(*future.Context) {
	if c.ended {
		panic("dropped after its end")
	}
	c.drops++
}

// requireGone checks that the stream was given up, once.
func (c *channel[T]) requireGone(w *worker) {
	w.t.Helper()
	require.Equal(w.t, !c.ended, c.drops == 1)
	require.LessOrEqual(w.t, c.drops, 1)
}

func numbers(n int) stream.Stream[int] {
	items := make([]int, n)
	for i := range items {
		items[i] = i + 1
	}
	return stream.FromSlice(items)
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// sleeping is ready with value after d.
func sleeping[T any](d time.Duration, value T) future.Future[T] {
	return future.Map[struct{}, T](timer.After(d), func(struct{}) (T, error) { return value, nil })
}
