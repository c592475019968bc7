package watch_test

import (
	"math/rand/v2"
	"testing"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

// same is require.Equal, a hundred times faster.
func same[T comparable](t testing.TB, want, got T) {
	if want != got {
		t.Helper()
		t.Fatalf("want %v, got %v", want, got)
	}
}

// world is a channel beside its model in plain Go: a value, its version, what each receiver has seen and waits for, and whether the
// first sender waits for their end.
type world struct {
	t  testing.TB
	tx [2]*watch.Sender[int]
	rx []*party

	ending  ending
	open    [2]bool
	value   int
	version int
}

// party is a receiver with its task.
type party struct {
	*watch.Receiver[int]
	task    *hand.WorkerTask
	seen    int
	waiting bool
	closed  bool
}

func newWorld(t testing.TB) *world {
	tx, rx := watch.New(0)
	w := &world{t: t, tx: [2]*watch.Sender[int]{tx, tx.Clone()}, open: [2]bool{true, true}}
	k := hand.NewWorker()
	w.rx = []*party{{Receiver: rx, task: k.NewTask()}, {Receiver: rx.Clone(), task: k.NewTask()}}
	w.ending.task = k.NewTask()
	return w
}

// ending is the wait of a sender for the end of all receivers, with its task.
type ending struct {
	watch.Waiter
	task    *hand.WorkerTask
	waiting bool
}

func (w *world) isClosed() bool { return !w.open[0] && !w.open[1] }

func (w *world) receivers() (n int) {
	for _, p := range w.rx {
		if !p.closed {
			n++
		}
	}
	return n
}

// operations is how many operations act names.
const operations = 18

func (w *world) act(op int) {
	switch op % operations {
	case 0:
		w.send(0)
	case 1:
		w.close(0)
	case 2:
		w.poll(w.rx[0])
	case 3:
		w.forget(w.rx[0])
	case 4:
		w.poll(w.rx[1])
	case 5:
		w.leave(w.rx[1])
	case 6:
		w.close(1)
	case 7:
		w.rx[0].MarkChanged()
		w.rx[0].seen--
	case 8:
		w.send(1)
	case 9:
		w.rx[1].MarkUnchanged()
		w.rx[1].seen = w.version
	case 10:
		same(w.t, w.value, w.rx[0].GetAndUpdate())
		w.rx[0].seen = w.version
	case 11: // the place of a closed receiver is given to another one
		if w.rx[1].closed {
			w.rx[1] = &party{Receiver: w.tx[0].Subscribe(), task: w.rx[1].task.NewTask(), seen: w.version}
		}
	case 12:
		w.leave(w.rx[0])
	case 13:
		if w.rx[0].closed {
			clone := w.rx[1].Clone()
			w.rx[0] = &party{Receiver: clone, task: w.rx[0].task.NewTask(), seen: w.rx[1].seen, closed: w.rx[1].closed}
		}
	case 14:
		changed := w.open[1]
		if w.tx[1].SendIfModified(nil, func(v *int) bool { *v++; return true }) {
			w.value++
			w.changed()
		}
		same(w.t, changed, w.open[1])
	case 15:
		w.waitFor(w.rx[0])
	case 16:
		w.pollEnd()
	case 17:
		w.ending.Drop(nil)
		w.ending.waiting = false
	}
	for _, p := range w.rx {
		same(w.t, w.value, p.Get())
		same(w.t, false, p.task.IsWoken())
	}
	same(w.t, false, w.ending.task.IsWoken())
	same(w.t, w.receivers(), w.tx[0].ReceiverCount())
	same(w.t, w.receivers() == 0, w.tx[1].IsClosed())
}

func (w *world) send(i int) {
	w.value++
	if w.receivers() == 0 || !w.open[i] {
		w.value--
		same(w.t, watch.ErrClosed, w.tx[i].Send(nil, w.value+1))
		return
	}
	same(w.t, nil, w.tx[i].Send(nil, w.value))
	w.changed()
}

// changed is a new version: whoever waited was woken.
func (w *world) changed() {
	w.version++
	w.wake()
}

func (w *world) wake() {
	for _, p := range w.rx {
		same(w.t, p.waiting, p.task.IsWoken())
		p.rest()
	}
}

// rest makes the party's task idle again.
func (p *party) rest() {
	p.waiting = false
	p.task.Poll()
}

func (w *world) close(i int) {
	wasOpen := !w.isClosed()
	w.tx[i].Close(nil)
	w.open[i] = false
	if wasOpen && w.isClosed() {
		w.wake()
	}
}

func (w *world) forget(p *party) {
	watch.Forget(p.Receiver)
	p.waiting = false
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
	_, ready, err := p.PollChanged(p.task.Poll())
	switch {
	case p.closed:
		same(w.t, true, ready)
		same(w.t, watch.ErrClosed, err)
	case p.seen != w.version:
		same(w.t, true, ready)
		same(w.t, nil, err)
		p.seen, p.waiting = w.version, false
	case w.isClosed():
		same(w.t, true, ready)
		same(w.t, watch.ErrClosed, err)
	default:
		same(w.t, false, ready)
		same(w.t, nil, err)
		p.waiting = true
	}
}

// waitFor waits for an even value.
func (w *world) waitFor(p *party) {
	v, ready, err := p.PollWaitFor(p.task.Poll(), func(v int) bool { return v%2 == 0 })
	if !p.closed {
		p.seen = w.version
	}
	switch {
	case !p.closed && w.value%2 == 0:
		same(w.t, true, ready)
		same(w.t, nil, err)
		same(w.t, w.value, v)
		p.waiting = false
	case p.closed, w.isClosed():
		same(w.t, true, ready)
		same(w.t, watch.ErrClosed, err)
	default:
		same(w.t, false, ready)
		same(w.t, nil, err)
		p.waiting = true
	}
}

// TestEveryOrderOfSixOperations polls, wakes, gives up and closes in all orders: no change is lost, and nobody is woken who does
// not wait.
func TestEveryOrderOfSixOperations(t *testing.T) {
	everyOrder(t, 0, 1, 2, 3, 4, 5, 6, 7)   // two receivers wait for a change
	everyOrder(t, 0, 1, 3, 6, 7, 12, 15)    // one waits for an even value
	everyOrder(t, 0, 5, 11, 12, 13, 16, 17) // a sender waits for the end of receivers that come and go
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

// finish polls all who may wait.
func (w *world) finish() {
	w.poll(w.rx[0])
	w.poll(w.rx[1])
	w.pollEnd()
}

func FuzzWatch(f *testing.F) {
	f.Add([]byte{2, 0, 2, 3, 1, 6, 2})
	f.Add([]byte{5, 12, 11, 13, 8, 15, 4})
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
