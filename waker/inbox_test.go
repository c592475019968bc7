package waker_test

import (
	"context"
	goruntime "runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/meet"
	"github.com/simmer-go/simmer/waker"
)

// FuzzInbox compares an Inbox, and the Queue that it is emptied into, with slices: what comes out is what was put in, in order.
func FuzzInbox(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 2, 2})
	addRandom(f)
	f.Fuzz(func(t *testing.T, ops []byte) {
		var (
			in                waker.Inbox
			out               waker.Queue
			inModel, outModel []*waker.Header
			waits             bool
			poller            waker.Header
		)
		for _, op := range ops {
			switch op % 6 {
			case 0:
				h := new(waker.Header)
				require.Equal(t, waits, in.Put(h) == poller.Waker(), "who waits is woken, once")
				inModel, waits = append(inModel, h), false
			case 1:
				in.TakeAll(&out)
				outModel, inModel = append(outModel, inModel...), nil
			case 2:
				var first *waker.Header
				if len(outModel) > 0 {
					first, outModel = outModel[0], outModel[1:]
				}
				require.Same(t, first, out.Pop())
			case 3:
				h := new(waker.Header)
				out.Push(h)
				outModel = append(outModel, h)
			case 4:
				in.Expect(poller.Waker())
				waits = true
			case 5:
				in.Leave(poller.Waker())
				waits = false
			}
			require.Equal(t, len(outModel), out.Len())
		}
	})
}

// TestAnInboxLosesNothing has goroutines put tasks in while the poller sleeps whenever it finds none: each task comes out once, those
// of one goroutine in their order.
func TestAnInboxLosesNothing(t *testing.T) {
	const putters, each = 4, 20_000
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(8))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var (
		in waker.Inbox
		wg sync.WaitGroup
	)
	defer wg.Wait()
	for i := range putters {
		wg.Go(func() { // ends when it has put its tasks in
			for n := range each {
				h := new(waker.Header)
				h.Tag = uint32(i*each + n)
				in.Put(h).Wake()
			}
		})
	}
	parker := waker.NewParker()
	var (
		out  waker.Queue
		next [putters]int
	)
	for total := 0; total < putters*each; {
		in.Expect(parker.Waker())
		if in.TakeAll(&out); out.Len() == 0 {
			require.NoError(t, parker.Park(ctx), "a task was lost after %d", total)
		}
		for h := out.Pop(); h != nil; h = out.Pop() {
			i := int(h.Tag) / each
			require.Equal(t, next[i], int(h.Tag)%each)
			next[i]++
			total++
		}
	}
}

// TestWhatAnInboxDoesNotHandOutFindsTheWaker has the two sides meet: either the poller takes the task, or who has put it in is told to
// wake.
func TestWhatAnInboxDoesNotHandOutFindsTheWaker(t *testing.T) {
	var (
		in           waker.Inbox
		task, poller waker.Header
		out          waker.Queue
		put          waker.Waker
		lost         int
	)
	meet.Rounds(60_000,
		func(int) {
			in.Expect(poller.Waker())
			in.TakeAll(&out)
		},
		func(int) { put = in.Put(&task) },
		func(int) {
			if out.Len() == 0 && put != poller.Waker() {
				lost++
			}
			in.TakeAll(&out)
			out.Pop()
			in.Leave(poller.Waker())
		})
	require.Zero(t, lost)
}
