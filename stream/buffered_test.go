package stream_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

// job is a future that is ready once it was let go.
type job struct {
	c     channel[int]
	begun bool
	drops int
}

func (j *job) Poll(cx *future.Context) (int, bool, error) {
	j.begun = true
	return j.c.PollNext(cx)
}

func (j *job) Drop(*future.Context) { j.drops++ }

func newJobs(n int) (jobs []*job, s stream.Stream[future.Future[int]]) {
	fs := make([]future.Future[int], n)
	for i := range n {
		jobs = append(jobs, &job{})
		fs[i] = jobs[i]
	}
	return jobs, stream.FromSlice(fs)
}

func begun(jobs []*job) (n int) {
	for _, j := range jobs {
		if j.begun {
			n++
		}
	}
	return n
}

// futures-rs: stream.rs buffered: at most n run, results in the order of the source
func TestBufferedKeepsTheOrder(t *testing.T) {
	w := newWorker(t)
	jobs, source := newJobs(4)
	s := stream.Buffered(source, 2)
	requirePending(w, s)
	require.Equal(t, 2, begun(jobs))
	jobs[1].c.send(1)
	requirePending(w, s)
	require.Equal(t, 2, begun(jobs), "its result waits, and takes up a place")
	jobs[0].c.send(0)
	require.True(t, w.woken)
	requireItem(w, s, 0)
	requireItem(w, s, 1)
	requirePending(w, s)
	require.Equal(t, 4, begun(jobs))
	jobs[2].c.fail(errItem)
	requireError(w, s, errItem)
	jobs[3].c.send(3)
	requireItem(w, s, 3)
	requireEnd(w, s)
}

// futures-rs: stream_buffer_unordered.rs works: at most n run, results as they come
func TestBufferUnorderedYieldsAsTheyCome(t *testing.T) {
	w := newWorker(t)
	jobs, source := newJobs(4)
	s := stream.BufferUnordered(source, 2)
	requirePending(w, s)
	jobs[1].c.send(1)
	requireItem(w, s, 1)
	requirePending(w, s)
	require.Equal(t, 3, begun(jobs))
	jobs[2].c.fail(io.EOF)
	_, ready, err := next(w, s)
	require.True(t, ready)
	require.ErrorIs(t, err, io.EOF)
	require.NotEqual(t, io.EOF, err, "a future's EOF is not the end")
	jobs[0].c.send(0)
	requireItem(w, s, 0)
	requirePending(w, s)
	w.drop(s)
	require.Equal(t, []int{0, 0, 0, 1}, []int{jobs[0].drops, jobs[1].drops, jobs[2].drops, jobs[3].drops})
}

// A future that the buffer never got is dropped with its source.
func TestFuturesThatNeverRanAreDroppedToo(t *testing.T) {
	w := newWorker(t)
	jobs, source := newJobs(4)
	s := stream.Buffered(source, 2)
	requirePending(w, s)
	w.drop(s)
	for _, j := range jobs {
		require.Equal(t, 1, j.drops)
	}
}

func TestABufferPassesAnErrorOfItsSourceOn(t *testing.T) {
	w := newWorker(t)
	c := &channel[future.Future[int]]{errs: []error{errItem}, closed: true}
	s := stream.Buffered(c, 0)
	requireError(w, s, errItem)
	requireEnd(w, s)
}

// Timers in the parts of a buffer wake the buffer.
func TestBufferedFuturesSleepSideBySide(t *testing.T) {
	w := newWorker(t)
	late := func(n int) (future.Future[int], error) { return sleeping(time.Duration(5-n)*time.Second, n), nil }
	start := w.clock.Now()
	require.Equal(t, []int{4, 3, 2, 1}, collect(w, stream.BufferUnordered(stream.Map(numbers(4), late), 4)))
	require.Equal(t, 4*time.Second, w.clock.Now().Sub(start))
	require.Equal(t, []int{1, 2, 3, 4}, collect(w, stream.Buffered(stream.Map(numbers(4), late), 4)))
	require.Equal(t, 8*time.Second, w.clock.Now().Sub(start))
}

func TestThenRunsOneAfterTheOther(t *testing.T) {
	w := newWorker(t)
	jobs, _ := newJobs(3)
	s := stream.Then(stream.FromSlice([]int{0, 1, 2}), func(n int) future.Future[int] {
		if n == 1 {
			return nil
		}
		return jobs[n]
	})
	requirePending(w, s)
	require.Equal(t, 1, begun(jobs))
	jobs[0].c.send(5)
	requireItem(w, s, 5)
	requireError(w, s, future.ErrNilFuture)
	requirePending(w, s)
	jobs[2].c.fail(io.EOF)
	_, _, err := next(w, s)
	require.ErrorIs(t, err, io.EOF)
	require.NotEqual(t, io.EOF, err)
	requireEnd(w, s)

	jobs, _ = newJobs(1)
	s = stream.Then(numbers(1), func(int) future.Future[int] { return jobs[0] })
	requirePending(w, s)
	w.drop(s)
	require.Equal(t, 1, jobs[0].drops)
}

// futures-rs: stream.rs for_each_concurrent: at most n at a time, until all have ended
func TestForEachConcurrentRunsAtMostN(t *testing.T) {
	w := newWorker(t)
	running, most := 0, 0
	start := w.clock.Now()
	_, err := await(w, stream.ForEachConcurrent(numbers(6), 3, func(int) future.Future[int] {
		return future.Async(func(cx *future.Context) (int, error) {
			running++
			most = max(most, running)
			_, err := future.Await(cx, sleeping(time.Second, 1))
			running--
			return 0, err
		})
	}))
	require.NoError(t, err)
	require.Equal(t, 3, most)
	require.Equal(t, 2*time.Second, w.clock.Now().Sub(start))
}

func TestForEachConcurrentEndsWithAnErrorOfItsSource(t *testing.T) {
	w := newWorker(t)
	jobs, _ := newJobs(1)
	c := &channel[int]{items: []int{0}, errs: []error{errItem}}
	_, err := await(w, stream.ForEachConcurrent(c, 2, func(n int) future.Future[int] { return jobs[n] }))
	require.Equal(t, errItem, err)
	require.Equal(t, []int{1, 1}, []int{c.drops, jobs[0].drops})
}

func TestForEachConcurrentEndsWithTheFirstError(t *testing.T) {
	w := newWorker(t)
	jobs, source := newJobs(4)
	f := stream.ForEachConcurrent(source, 2, func(j future.Future[int]) future.Future[int] { return j })
	poll := func() (ready bool, err error) {
		w.turn(func(cx *future.Context) { _, ready, err = f.Poll(cx) })
		return ready, err
	}
	ready, _ := poll()
	require.False(t, ready)
	jobs[1].c.fail(errItem)
	ready, err := poll()
	require.True(t, ready)
	require.Equal(t, errItem, err)
	for i, j := range jobs {
		require.Equal(t, i != 1, j.drops == 1)
	}
}

// A source that uses up the budget and finds nothing leaves the next poll to the futures.
func TestABusySourceDoesNotHoldUpWhatRuns(t *testing.T) {
	busy := func() stream.Stream[future.Future[int]] {
		never := stream.Filter(stream.Repeat(future.Ready(1)), func(future.Future[int]) bool { return false })
		leaf := future.Func(func(cx *future.Context) (n int, ready bool, err error) {
			if !cx.HasBudget() {
				return 0, false, nil
			}
			cx.Spend()
			return 7, true, nil
		})
		return stream.Chain(stream.Once(leaf), never)
	}
	for name, s := range map[string]stream.Stream[int]{
		"Buffered":        stream.Buffered(busy(), 2),
		"BufferUnordered": stream.BufferUnordered(busy(), 2),
		"ForEachConcurrent": stream.Func(func() func(cx *future.Context) (int, bool, error) {
			got := 0
			f := stream.ForEachConcurrent(busy(), 2, func(f future.Future[int]) future.Future[int] {
				return future.Map(f, func(n int) (int, error) { got = n; return n, nil })
			})
			return func(cx *future.Context) (int, bool, error) {
				_, _, err := f.Poll(cx)
				return got, got > 0, err
			}
		}()),
	} {
		w := newWorker(t)
		_, ready, _ := next(w, s)
		require.False(t, ready, name)
		require.True(t, w.woken, name)
		requireItem(w, s, 7)
		w.drop(s)
	}
}
