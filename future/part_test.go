package future

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

func TestAHeaderIsAtTheBeginningOfItsPartAndMember(t *testing.T) {
	require.Zero(t, unsafe.Offsetof(part{}.Header))
	require.Zero(t, unsafe.Offsetof(member[int]{}.part))
	require.Zero(t, unsafe.Offsetof(sharing[int]{}.part))
}

// A sequential model: what comes out of an inbox and its line is what went in, in order.
func FuzzInbox(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 2, 2})
	f.Fuzz(func(t *testing.T, ops []byte) {
		var in inbox
		var out line
		var inModel, outModel []*part
		for _, op := range ops {
			switch op % 4 {
			case 0:
				p := new(part)
				in.enqueue(p)
				inModel = append(inModel, p)
			case 1:
				in.take(&out)
				outModel, inModel = append(outModel, inModel...), nil
			case 2:
				p := out.pop()
				if len(outModel) == 0 {
					require.Nil(t, p)
				} else {
					require.Same(t, outModel[0], p)
					outModel = outModel[1:]
				}
			case 3:
				p := new(part)
				out.push(p)
				outModel = append(outModel, p)
			}
		}
	})
}

// Several goroutines wake parts, each of which waits until its part was polled for it, while the owner sleeps whenever it was
// not woken: a wake that were lost would leave all of them waiting.
func TestNoWakeOfAPartIsLost(t *testing.T) {
	const parts, rounds = 1, 20_000
	var g group[int]
	var seen, wanted [parts]sy.Int64
	var slots [parts]waker.Slot
	for i := range parts {
		g.enlist(new(member[int]), Func(func(cx *Context) (int, bool, error) {
			slots[i].Set(cx.Waker())
			seen[i].Store(wanted[i].Load())
			return 0, false, nil
		}))
	}
	parker := waker.NewParker()
	cx := NewContext(nil, parker.Waker().Header())
	poll := func() {
		m, _, err := g.poll(&cx)
		require.Nil(t, m)
		require.NoError(t, err)
	}
	poll()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range parts {
		wg.Go(func() { // ends after its rounds, or with ctx
			for round := int64(1); round <= rounds; round++ {
				wanted[i].Store(round)
				slots[i].Take().Wake()
				for spins := 1; seen[i].Load() < round && ctx.Err() == nil; spins++ {
					if spins%1000 == 0 {
						runtime.Gosched()
					}
				}
			}
		})
	}
	isBehind := func() bool {
		for i := range parts {
			if seen[i].Load() < rounds {
				return true
			}
		}
		return false
	}
	for isBehind() {
		if err := parker.Park(ctx); err != nil {
			t.Fatal("a wake was lost")
		}
		poll()
	}
	g.drop(&cx)
}

// The future is woken after its poll, but before the task that has polled it says so: another handle leaves it alone, and that
// task polls once more.
func TestAWakeAtTheEndOfASharedPollIsNotLost(t *testing.T) {
	polls := 0
	h := Share(Func(func(*Context) (int, bool, error) {
		polls++
		return 0, false, nil
	}))
	task := new(waker.Header)
	cx := NewContext(nil, task)
	s := h.of
	s.polling, s.woken = true, false
	s.enqueue(&s.part)
	_, ready, _ := h.Clone().Poll(&cx)
	require.False(t, ready)
	require.Zero(t, polls)
	require.True(t, s.rest())
	_, ready, _ = h.Poll(&cx)
	require.False(t, ready)
	require.Equal(t, 1, polls)
}
