package broadcast_test

import (
	"math/rand/v2"
	"testing"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/sync/internal/hand"
)

// capacity is small, so that receivers lag soon.
const capacity = 2

// same is require.Equal, a hundred times faster.
func same[T comparable](t testing.TB, want, got T) {
	if want != got {
		t.Helper()
		t.Fatalf("want %v, got %v", want, got)
	}
}

// world is a channel beside its model in plain Go: all values that were ever sent, how far each receiver is, and whether the first
// sender waits for the end of all receivers.
type world struct {
	t  testing.TB
	tx [2]*broadcast.Sender[int]
	rx []*party

	ending ending
	open   [2]bool
	sent   int // the value of position n is n
}

// party is a receiver with its task.
type party struct {
	*broadcast.Receiver[int]
	task    *hand.WorkerTask
	next    int
	waiting bool
	closed  bool
}

func newWorld(t testing.TB) *world {
	tx, rx := broadcast.New[int](capacity)
	w := &world{t: t, tx: [2]*broadcast.Sender[int]{tx, tx.Clone()}, open: [2]bool{true, true}}
	k := hand.NewWorker()
	w.rx = []*party{{Receiver: rx, task: k.NewTask()}, {Receiver: tx.Subscribe(), task: k.NewTask()}}
	w.ending.task = k.NewTask()
	return w
}

// ending is the wait of a sender for the end of all receivers, with its task.
type ending struct {
	broadcast.Waiter
	task    *hand.WorkerTask
	waiting bool
}

func (w *world) isClosed() bool { return !w.open[0] && !w.open[1] }

// operations is how many operations act names.
const operations = 14

func (w *world) act(op int) {
	switch op % operations {
	case 0:
		w.send(0)
	case 1:
		w.close(0)
	case 2:
		w.poll(w.rx[0])
	case 3:
		broadcast.Forget(w.rx[0].Receiver)
		w.rx[0].waiting = false
	case 4:
		w.poll(w.rx[1])
	case 5:
		w.leave(w.rx[1])
	case 6:
		w.close(1)
	case 7: // the place of a closed receiver is given to another one
		if p := w.rx[1]; p.closed {
			w.rx[1] = &party{Receiver: w.rx[0].Resubscribe(), task: p.task.NewTask(), next: w.sent}
		}
	case 8:
		w.send(1)
	case 9:
		w.try(w.rx[1])
	case 10:
		w.leave(w.rx[0])
	case 11:
		if p := w.rx[0]; p.closed {
			w.rx[0] = &party{Receiver: w.tx[1].Subscribe(), task: p.task.NewTask(), next: w.sent}
		}
	case 12:
		w.pollEnd()
	case 13:
		w.ending.Drop(nil)
		w.ending.waiting = false
	}
	w.look()
}

// look compares what the handles show.
func (w *world) look() {
	unread := 0
	for _, p := range w.rx {
		same(w.t, false, p.task.IsWoken())
		if !p.closed {
			same(w.t, w.sent-p.next, p.Len())
			unread = max(unread, min(w.sent-p.next, capacity))
		}
	}
	same(w.t, false, w.ending.task.IsWoken())
	same(w.t, w.receivers(), w.tx[0].ReceiverCount())
	same(w.t, w.receivers() == 0, w.tx[1].IsClosed())
	same(w.t, unread, w.tx[0].Len())
	same(w.t, unread == 0, w.tx[0].IsEmpty())
	same(w.t, w.isClosed(), w.rx[0].IsClosed())
}

func (w *world) receivers() (n int) {
	for _, p := range w.rx {
		if !p.closed {
			n++
		}
	}
	return n
}

func (w *world) send(i int) {
	want := w.receivers()
	n, err := w.tx[i].Send(nil, w.sent)
	switch {
	case !w.open[i]:
		same(w.t, broadcast.ErrClosed, err)
	case want == 0:
		same(w.t, broadcast.ErrNoReceivers, err)
	default:
		same(w.t, nil, err)
		same(w.t, want, n)
		w.sent++
		w.woken()
	}
}

// woken checks that exactly those were woken who have waited.
func (w *world) woken() {
	for _, p := range w.rx {
		same(w.t, p.waiting, p.task.IsWoken())
		p.waiting = false
		p.task.Poll()
	}
}

func (w *world) close(i int) {
	wasOpen := !w.isClosed()
	w.tx[i].Close(nil)
	w.open[i] = false
	if wasOpen && w.isClosed() {
		w.woken()
	}
}

func (w *world) leave(p *party) {
	p.Close(nil)
	p.closed, p.waiting = true, false
	if w.receivers() == 0 {
		same(w.t, w.ending.waiting, w.ending.task.IsWoken())
		w.ending.waiting = false
		w.ending.task.Poll()
	}
}

func (w *world) pollEnd() {
	_, ready, err := w.tx[0].PollClosed(w.ending.task.Poll(), &w.ending.Waiter)
	same(w.t, nil, err)
	same(w.t, w.receivers() == 0, ready)
	w.ending.waiting = !ready
}

func (w *world) poll(p *party) {
	v, ready, err := p.PollRecv(p.task.Poll())
	if !w.received(p, v, err) {
		same(w.t, ready, false)
		same(w.t, nil, err)
		p.waiting = true
		return
	}
	same(w.t, true, ready)
	p.waiting = false
}

func (w *world) try(p *party) {
	v, err := p.TryRecv()
	if !w.received(p, v, err) {
		same(w.t, broadcast.ErrEmpty, err)
	}
}

// received checks a result, and reports false if there is nothing to receive now.
func (w *world) received(p *party, v int, err error) bool {
	behind := w.sent - p.next
	switch {
	case p.closed, behind == 0 && w.isClosed():
		same(w.t, broadcast.ErrClosed, err)
	case behind == 0:
		return false
	case behind > capacity:
		lag, ok := err.(*broadcast.LaggedError)
		same(w.t, true, ok)
		same(w.t, uint64(behind-capacity), lag.Skipped)
		p.next = w.sent - capacity
	default:
		same(w.t, nil, err)
		same(w.t, p.next, v)
		p.next++
	}
	return true
}

// TestEveryOrderOfSixOperations polls, wakes, gives up and closes in all orders: no value is lost, and nobody is woken who does
// not wait.
func TestEveryOrderOfSixOperations(t *testing.T) {
	everyOrder(t, 0, 1, 2, 3, 4, 5, 6, 7)  // two receivers wait for a value
	everyOrder(t, 0, 5, 7, 10, 11, 12, 13) // a sender waits for the end of receivers that come and go
}

// everyOrder does six of the operations of an alphabet, in every order, with repetitions.
func everyOrder(t *testing.T, alphabet ...int) {
	order := make([]int, 6)
	if invariant.Enabled {
		order = order[:4] // the race detector is slow
	}
	defer func() {
		if t.Failed() {
			t.Log(order)
		}
	}()
	total := 1
	for range order {
		total *= len(alphabet)
	}
	for sequence := range total {
		for i := range order {
			order[i] = alphabet[sequence%len(alphabet)]
			sequence /= len(alphabet)
		}
		w := newWorld(t)
		for _, op := range order {
			w.act(op)
		}
		w.finish()
	}
}

// finish receives everything that is left.
func (w *world) finish() {
	for _, p := range w.rx {
		for !p.closed && p.next < w.sent {
			w.poll(p)
		}
		w.poll(p)
	}
	w.pollEnd()
	w.look()
}

func FuzzBroadcast(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 2, 4, 3, 1, 6, 2})
	f.Add([]byte{5, 10, 11, 7, 8, 9, 4})
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		data := make([]byte, 1+r.IntN(60))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWorld(t)
		for _, op := range data {
			w.act(int(op))
		}
		w.finish()
	})
}
