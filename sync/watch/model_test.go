package watch_test

import (
	"math/rand/v2"
	"testing"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/watch"
)

// same is require.Equal, a hundred times faster.
func same[T comparable](t testing.TB, want, got T) {
	if want != got {
		t.Helper()
		t.Fatalf("want %v, got %v", want, got)
	}
}

// world is a channel beside its model in plain Go: a value, its version, and what each receiver has seen and waits for.
type world struct {
	t  testing.TB
	tx [2]*watch.Sender[int]
	rx []*party

	open    [2]bool
	value   int
	version int
}

// party is a receiver with its task.
type party struct {
	*watch.Receiver[int]
	task    *task
	seen    int
	waiting bool
	closed  bool
}

func newWorld(t testing.TB) *world {
	tx, rx := watch.New(0)
	w := &world{t: t, tx: [2]*watch.Sender[int]{tx, tx.Clone()}, open: [2]bool{true, true}}
	k := newKitchen()
	w.rx = []*party{{Receiver: rx, task: k.task()}, {Receiver: rx.Clone(), task: k.task()}}
	return w
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

// operations is how many operations act names. The first few are those of the exhaustive test.
const operations = 16

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
			w.rx[1] = &party{Receiver: w.tx[0].Subscribe(), task: w.rx[1].task.kitchen.task(), seen: w.version}
		}
	case 12:
		w.leave(w.rx[0])
	case 13:
		if w.rx[0].closed {
			clone := w.rx[1].Clone()
			w.rx[0] = &party{Receiver: clone, task: w.rx[0].task.kitchen.task(), seen: w.rx[1].seen, closed: w.rx[1].closed}
		}
	case 14:
		changed := w.open[1]
		if w.tx[1].SendIfModified(nil, func(v *int) bool { *v++; return true }) {
			w.value++
			w.changed()
		}
		same(w.t, changed, w.open[1])
	case 15:
		w.waitFor(w.rx[1])
	}
	for _, p := range w.rx {
		same(w.t, w.value, p.Get())
	}
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
		same(w.t, p.waiting, p.task.isWoken())
		p.rest()
	}
}

// rest makes the party's task idle again.
func (p *party) rest() {
	p.waiting = false
	p.task.poll()
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
}

func (w *world) poll(p *party) {
	_, ready, err := p.PollChanged(p.task.poll())
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
	v, ready, err := p.PollWaitFor(p.task.poll(), func(v int) bool { return v%2 == 0 })
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
		p.waiting = true
	}
}

// TestEveryOrderOfSixOperations polls, wakes, gives up and closes in all orders: no change is lost, and nobody is woken who does
// not wait.
func TestEveryOrderOfSixOperations(t *testing.T) {
	const alphabet = 8
	length := 6
	if invariant.Enabled {
		length = 4 // the race detector is slow
	}
	total := 1
	for range length {
		total *= alphabet
	}
	for sequence := range total {
		w := newWorld(t)
		rest := sequence
		for range length {
			w.act(rest % alphabet)
			rest /= alphabet
		}
		w.poll(w.rx[0])
		w.poll(w.rx[1])
		if t.Failed() {
			t.Fatalf("sequence %o", sequence)
		}
	}
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
		w.poll(w.rx[0])
		w.poll(w.rx[1])
	})
}
