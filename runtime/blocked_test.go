package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// pollLog is a log that other goroutines write.
type pollLog struct {
	mu    sync.Mutex
	lines bytes.Buffer
	wrote chan none // a record
}

func newPollLog() (*pollLog, *slog.Logger) {
	b := &pollLog{wrote: make(chan none, 1000)}
	return b, slog.New(slog.NewJSONHandler(b, nil))
}

func (b *pollLog) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrote <- none{}
	return b.lines.Write(p)
}

// record is what the log says of a long poll.
type record struct {
	Msg, Level, Runtime, Name, Origin, Site, Stack string
	Task                                           uint64
	Worker                                         int
	Lasted                                         time.Duration
	Rescued                                        bool
}

// next waits for a record about a task.
func (b *pollLog) next(t testing.TB, task uint64) (r record) {
	t.Helper()
	for {
		receive(t, b.wrote)
		b.mu.Lock()
		line, err := b.lines.ReadBytes('\n')
		b.mu.Unlock()
		require.NoError(t, err)
		r = record{}
		require.NoError(t, json.Unmarshal(line, &r))
		if r.Task == task {
			return r
		}
	}
}

// block blocks its goroutine: the line that a report must name.
func block(begun chan<- none, release <-chan none) {
	close(begun)
	<-release // this line
}

// lineOfBlock is the file and line where block blocks.
func lineOfBlock() string {
	_, file, line, _ := goruntime.Caller(0)
	return file + ":" + strconv.Itoa(line-5)
}

// TestAReportNamesTheTaskAndTheLine of the code that blocks: in a body, in a body that a body awaits, and in a hand-written future,
// also beside other bodies of the same code that wait or run.
func TestAReportNamesTheTaskAndTheLine(t *testing.T) {
	for _, kind := range []string{"body", "nested body", "future"} {
		t.Run(kind, func(t *testing.T) {
			book, logger := newPollLog()
			rt := open(t, runtime.Config{Name: "kitchen", Workers: 2, Logger: logger})
			stop := make(chan none)
			idle := func(cx *future.Context) error {
				for !done(stop) {
					if err := future.Yield(cx); err != nil {
						return err
					}
				}
				return nil
			}
			begun, release := make(chan none), make(chan none)
			body := func(cx *future.Context, begun chan none) (none, error) {
				if begun == nil {
					return none{}, idle(cx)
				}
				block(begun, release)
				return none{}, nil
			}
			f := future.Async(func(cx *future.Context) (none, error) { return body(cx, begun) })
			switch kind {
			case "nested body":
				inner := f
				f = future.Async(func(cx *future.Context) (none, error) { return future.Await(cx, inner) })
			case "future":
				f = future.Func(func(cx *future.Context) (none, bool, error) {
					block(begun, release)
					return none{}, true, nil
				})
			}
			others := make([]*runtime.JoinHandle[none], 5)
			for i := range others {
				others[i] = runtime.Go(rt, func(cx *future.Context) (none, error) { return body(cx, nil) })
			}
			h := runtime.Spawn(runtime.Named(rt, "stew"), f)
			receive(t, begun)
			r := book.next(t, h.ID())
			require.Equal(t, "poll blocks its worker", r.Msg)
			require.Equal(t, "WARN", r.Level)
			require.Equal(t, "kitchen", r.Runtime)
			require.Equal(t, "stew", r.Name)
			require.Contains(t, r.Origin, map[bool]string{true: "funcFuture", false: "TestAReportNamesTheTaskAndTheLine"}[kind == "future"])
			require.GreaterOrEqual(t, r.Lasted, 10*time.Millisecond)
			require.False(t, r.Rescued)
			require.Contains(t, r.Stack, "runtime_test.block(")
			require.Contains(t, r.Stack, lineOfBlock())
			require.NotZero(t, rt.Metrics().LongPolls)
			require.Zero(t, rt.Metrics().Rescues)
			close(release)
			close(stop)
			_, err := result(t, h)
			require.NoError(t, err)
			for _, o := range others {
				_, err := result(t, o)
				require.NoError(t, err)
			}
		})
	}
}

// TestWithoutALoggerNobodyWatches, unless it is asked for.
func TestWithoutALoggerNobodyWatches(t *testing.T) {
	for mode, counts := range map[runtime.Blocked]bool{
		runtime.BlockedAuto: false, runtime.BlockedOff: false, runtime.BlockedReport: true, runtime.BlockedRescue: true,
	} {
		rt := open(t, runtime.Config{Workers: 2, Blocked: mode, BlockedAfter: time.Millisecond})
		begun, release := make(chan none), make(chan none)
		h := runtime.Go(rt, func(*future.Context) (none, error) { block(begun, release); return none{}, nil })
		receive(t, begun)
		if counts {
			for rt.Metrics().LongPolls == 0 {
				goruntime.Gosched()
			}
		} else {
			require.False(t, hasWatchdog())
		}
		close(release)
		_, err := result(t, h)
		require.NoError(t, err)
		require.NoError(t, rt.Close())
	}
}

// hasWatchdog reports whether one of the goroutines is a watchdog.
func hasWatchdog() bool {
	stacks := make([]byte, 1<<20)
	return bytes.Contains(stacks[:goruntime.Stack(stacks, true)], []byte("(*watchdog).main"))
}

// TestABlockedWorkerStarvesNobody: while a task blocks, others are polled, sleep, use sockets, and spawn, on as many workers as
// before.
func TestABlockedWorkerStarvesNobody(t *testing.T) {
	for _, workers := range []int{1, 2} {
		rt := open(t, runtime.Config{Workers: workers, Blocked: runtime.BlockedRescue})
		release := make(chan none)
		blocked := make([]*runtime.JoinHandle[none], 3)
		for i := range blocked {
			begun := make(chan none)
			blocked[i] = runtime.Go(rt, func(cx *future.Context) (none, error) {
				runtime.Go(runtime.Detached(cx), func(*future.Context) (none, error) { return none{}, nil }).Detach() // in the LIFO slot
				block(begun, release)
				return none{}, timer.Sleep(cx, time.Millisecond)
			})
			receive(t, begun)
		}
		must(t, rt, func(cx *future.Context) {
			ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer ln.Close()
			server := runtime.Go(cx, func(cx *future.Context) (none, error) {
				conn, err := ln.Accept(cx)
				if err != nil {
					return none{}, err
				}
				defer conn.Close()
				buf := make([]byte, 1)
				for {
					if _, err := conn.Read(cx, buf); err != nil {
						return none{}, err
					}
					if err := conn.WriteAll(cx, buf); err != nil {
						return none{}, err
					}
				}
			})
			conn, err := aio.Dial(cx, "tcp", ln.Addr().String())
			require.NoError(t, err)
			buf := make([]byte, 1)
			for range 20 {
				require.NoError(t, conn.WriteAll(cx, buf))
				_, err := conn.Read(cx, buf)
				require.NoError(t, err)
				require.NoError(t, timer.Sleep(cx, time.Millisecond))
				_, err = runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, future.Yield(cx) }).Await(cx)
				require.NoError(t, err)
			}
			require.NoError(t, conn.Close())
			_, err = server.Await(cx)
			require.ErrorIs(t, err, io.EOF)
		})
		m := rt.Metrics()
		require.Equal(t, workers, m.Workers)
		require.GreaterOrEqual(t, m.Rescues, uint64(len(blocked)-workers+1))
		require.LessOrEqual(t, m.Shells, len(blocked))
		close(release)
		for _, h := range blocked {
			_, err := result(t, h)
			require.NoError(t, err)
		}
	}
}

// TestWhatABlockedPollHasArmedWorksAfterIt: its timers, its sockets and its blocking calls.
func TestWhatABlockedPollHasArmedWorksAfterIt(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, Blocked: runtime.BlockedRescue, BlockedAfter: time.Millisecond})
	must(t, rt, func(cx *future.Context) {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer ln.Close()
		client, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		defer client.Close()
		conn, err := ln.Accept(cx)
		require.NoError(t, err)
		defer conn.Close()
		delay := timer.After(time.Millisecond)
		buf := make([]byte, 1)
		armed, fired, read := false, false, false
		_, err = future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			var err error
			if !fired {
				_, fired, err = delay.Poll(cx)
			}
			if !read && err == nil {
				_, read, err = conn.PollRead(cx, buf)
			}
			if !armed && err == nil {
				armed = true
				blockUntilRescued(rt, 1)
				_, err = client.Write([]byte("x"))
			}
			if err != nil {
				return none{}, true, err
			}
			return none{}, fired && read, nil
		}))
		require.NoError(t, err)
		_, err = runtime.BlockInPlace(cx, func() (int, error) { blockUntilRescued(rt, 1); return 1, nil })
		require.NoError(t, err)
		require.NoError(t, timer.Sleep(cx, time.Millisecond))
	})
}

// blockUntilRescued blocks its goroutine until the runtime has rescued n workers.
func blockUntilRescued(rt *runtime.Runtime, n uint64) {
	for rt.Metrics().Rescues < n {
		goruntime.Gosched()
	}
}

// TestCloseDuringARescuedPollNamesIt: StuckError has the task that blocks and no other.
func TestCloseDuringARescuedPollNamesIt(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1, Blocked: runtime.BlockedRescue, CloseTimeout: 50 * time.Millisecond})
	require.NoError(t, err)
	begun, release := make(chan none), make(chan none)
	p := newProbe()
	waits := runtime.Spawn(rt, p)
	receive(t, p.polled)
	h := runtime.Go(rt, func(*future.Context) (none, error) { block(begun, release); return none{}, nil })
	receive(t, begun)
	for rt.Metrics().Rescues == 0 {
		goruntime.Gosched()
	}
	var stuck *runtime.StuckError
	require.ErrorAs(t, rt.Close(), &stuck)
	require.Len(t, stuck.Tasks, 1)
	require.Equal(t, h.ID(), stuck.Tasks[0].ID)
	_, err = result(t, waits)
	requireCancelled(t, err)
	p.requireDroppedOnce(t)
	close(release)
	_, err = result(t, h)
	require.NoError(t, err)
	require.NoError(t, rt.Close())
}

// TestReportsAreLimited: of a task that blocks again and again only some polls are logged, and the rest is counted.
func TestReportsAreLimited(t *testing.T) {
	book, logger := newPollLog()
	rt := open(t, runtime.Config{Workers: 1, Logger: logger, BlockedAfter: time.Millisecond})
	begun := time.Now()
	must(t, rt, func(cx *future.Context) {
		for n := uint64(1); n <= 5; n++ {
			for rt.Metrics().LongPolls < n {
				goruntime.Gosched()
			}
			require.NoError(t, future.Yield(cx))
		}
	})
	require.NoError(t, rt.Close())
	book.mu.Lock()
	defer book.mu.Unlock()
	logged := strings.Count(book.lines.String(), "poll blocks its worker")
	require.GreaterOrEqual(t, logged, 1)
	require.LessOrEqual(t, logged, 1+int(time.Since(begun)/(100*time.Millisecond)))
	require.GreaterOrEqual(t, rt.Metrics().LongPolls, uint64(5))
	require.Contains(t, book.lines.String(), `"omitted":0`)
}

// slowHandler is a logger that does not return.
type slowHandler struct {
	slog.Handler
	entered, release chan none
}

func (h slowHandler) Handle(context.Context, slog.Record) error {
	h.entered <- none{}
	<-h.release
	return nil
}

// TestASlowLoggerDelaysNoRescue.
func TestASlowLoggerDelaysNoRescue(t *testing.T) {
	handler := slowHandler{Handler: slog.DiscardHandler, entered: make(chan none, 10), release: make(chan none)}
	handler.Handler = slog.NewTextHandler(io.Discard, nil)
	rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(handler), Blocked: runtime.BlockedRescue, BlockedAfter: time.Millisecond})
	release := make(chan none)
	var handles []*runtime.JoinHandle[none]
	for range 3 {
		begun := make(chan none)
		handles = append(handles, runtime.Go(rt, func(*future.Context) (none, error) { block(begun, release); return none{}, nil }))
		receive(t, begun)
	}
	receive(t, handler.entered)
	must(t, rt, func(*future.Context) {})
	close(release)
	close(handler.release)
	for _, h := range handles {
		_, err := result(t, h)
		require.NoError(t, err)
	}
}

// TestAWatchedRuntimeWorksInABubble: its watchdog neither stops the bubble's time nor keeps the bubble awake.
func TestAWatchedRuntimeWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff, Blocked: runtime.BlockedRescue})
		require.NoError(t, err)
		begun := time.Now()
		_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) {
			return none{}, timer.Sleep(cx, 24*time.Hour)
		}))
		require.NoError(t, err)
		require.InDelta(t, 24*time.Hour, time.Since(begun), float64(time.Millisecond))
		require.NoError(t, rt.Close())
	})
}

// TestAStormOfBlockingPollsLosesNoTask: some tasks block for twice the limit, between sleeps, and all end.
func TestAStormOfBlockingPollsLosesNoTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2, Blocked: runtime.BlockedRescue, BlockedAfter: time.Millisecond, MaxBlocking: 8})
	var ended atomic.Int64
	const n = 60
	must(t, rt, func(cx *future.Context) {
		var handles []*runtime.JoinHandle[none]
		for i := range n {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) {
				defer ended.Add(1)
				for range 3 {
					if i%4 == 0 {
						<-time.After(2 * time.Millisecond)
					}
					if err := timer.Sleep(cx, time.Duration(i%3)*100*time.Microsecond); err != nil {
						return none{}, err
					}
				}
				return none{}, nil
			}))
		}
		for _, h := range handles {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
	})
	require.EqualValues(t, n, ended.Load())
	require.NotZero(t, rt.Metrics().Rescues)
}

func TestConfigChecksWhatItSaysOfBlockedPolls(t *testing.T) {
	for _, c := range []runtime.Config{
		{Blocked: runtime.BlockedRescue + 1},
		{BlockedAfter: -1},
		{BlockedAfter: time.Microsecond},
	} {
		_, err := runtime.New(c)
		require.ErrorIs(t, err, runtime.ErrConfig)
	}
}
