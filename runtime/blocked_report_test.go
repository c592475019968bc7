package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/scheduler"
)

// heldHandler writes records as JSON, each after it was let go.
type heldHandler struct {
	slog.Handler
	release chan struct{}
}

func (h heldHandler) Handle(ctx context.Context, r slog.Record) error {
	<-h.release
	return h.Handler.Handle(ctx, r)
}

// omissions returns, for each record in a log of long polls, the task, and how many reports were left out before it.
func omissions(t *testing.T, book *bytes.Buffer) (pairs [][2]int64) {
	t.Helper()
	lines := json.NewDecoder(book)
	for lines.More() {
		var r struct{ Task, Omitted int64 }
		require.NoError(t, lines.Decode(&r))
		pairs = append(pairs, [2]int64{r.Task, r.Omitted})
	}
	return pairs
}

func longPoll(task uint64) scheduler.LongPoll {
	return scheduler.LongPoll{Task: TaskInfo{ID: task}, Lasted: time.Second}
}

// Ten records a second are written at most. The next one tells how many were left out: because there was one just now, or because one was
// being written.
func TestARecordTellsHowManyWereLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var book bytes.Buffer
		release := make(chan struct{})
		r := &blockedReporter{logger: slog.New(heldHandler{slog.NewJSONHandler(&book, nil), release})}
		r.report(longPoll(1))
		synctest.Wait()
		for range 3 {
			time.Sleep(reportEvery)
			r.report(longPoll(2)) // while the first is being written
		}
		release <- struct{}{}
		synctest.Wait()
		require.Equal(t, [][2]int64{{1, 0}}, omissions(t, &book))

		close(release)
		for range 2 {
			time.Sleep(reportEvery / 4)
			r.report(longPoll(3)) // too soon after it
		}
		time.Sleep(reportEvery / 2)
		r.report(longPoll(4))
		synctest.Wait()
		time.Sleep(reportEvery)
		r.report(longPoll(5))
		synctest.Wait()
		require.Equal(t, [][2]int64{{4, 5}, {5, 0}}, omissions(t, &book))
		time.Sleep(reportEvery - 1)
		r.report(longPoll(6))
		synctest.Wait()
		require.Empty(t, omissions(t, &book))
		r.pending.Wait()
	})
}

// A runtime that was closed has no record still to be written: the record's logger may be gone by then.
func TestCloseAwaitsTheRecordOfALongPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var book bytes.Buffer
		rt, err := New(Config{Workers: 1, IO: IOOff, Logger: slog.New(heldHandler{slog.NewJSONHandler(&book, nil), release}), BlockedAfter: time.Second})
		require.NoError(t, err)
		rt.blocked.report(longPoll(1))
		closed := make(chan error)
		go func() { closed <- rt.Close() }()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("closed before the record was written")
		default:
		}
		close(release)
		require.NoError(t, <-closed)
		require.Equal(t, [][2]int64{{1, 0}}, omissions(t, &book))
	})
}
