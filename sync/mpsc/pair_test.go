package mpsc_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// pair runs a channel and its model side by side.
type pair struct {
	t     testing.TB
	m     model
	tx    []anySender
	weak  anyWeak
	rx    *mpsc.Receiver[int]
	next  int
	owned []mpsc.Permit[int]

	waiters  [3]mpsc.Waiter
	sends    [3]int // what waiter 0 sends
	watch    mpsc.Waiter
	tasks    [3]hand.Task
	receiver hand.Task
	watcher  hand.Task
	log      []int
}

// newPair makes a channel of that capacity, which may be noBound.
func newPair(t testing.TB, capacity int) *pair {
	p := &pair{t: t}
	p.receiver.Init()
	p.watcher.Init()
	for i := range p.tasks {
		p.tasks[i].Init()
	}
	tx, weak, rx := newChannel(capacity)
	p.tx, p.rx, p.weak = []anySender{tx}, rx, weak
	p.m = model{capacity: capacity, free: capacity, senders: 1}
	return p
}

// sender returns an open sender, or a closed one if there is no other.
func (p *pair) sender() anySender {
	if p.m.senders == 0 {
		return p.tx[0]
	}
	return p.tx[len(p.tx)-1]
}

func (p *pair) check(ok bool, format string, args ...any) {
	if !ok {
		p.t.Helper()
		p.t.Fatalf("%v: %s", p.story(), fmt.Sprintf(format, args...))
	}
}

// same requires that the model and the channel agree.
func same[T comparable](p *pair, want, got T) {
	if want != got {
		p.t.Helper()
		p.t.Fatalf("%v: want %v, got %v", p.story(), want, got)
	}
}

// story names the operations so far.
func (p *pair) story() (names []string) {
	for _, op := range p.log {
		names = append(names, operations[op].name)
	}
	return names
}

// operations are what the fuzz test chooses from.
var operations []operation

type operation struct {
	name string
	do   func(p *pair)
}

func init() {
	operations = []operation{
		{"poll send", func(p *pair) { p.poll(0) }},
		{"poll reserve", func(p *pair) { p.poll(1) }},
		{"poll reserve 2", func(p *pair) { p.poll(2) }},
		{"drop send", func(p *pair) { p.drop(0) }},
		{"drop reserve", func(p *pair) { p.drop(1) }},
		{"drop reserve 2", func(p *pair) { p.drop(2) }},
		{"recv", (*pair).recv},
		{"release", (*pair).release},
		{"use", (*pair).use},
		{"close", (*pair).close},
		{"close sender", (*pair).closeSender},
		{"try send", (*pair).trySend},
		{"try recv", (*pair).tryRecv},
		{"recv many", (*pair).recvMany},
		{"next", (*pair).pollNext},
		{"try reserve", (*pair).tryReserve},
		{"clone", (*pair).clone},
		{"upgrade", (*pair).upgrade},
		{"watch", (*pair).pollClosed},
		{"drop watch", (*pair).dropWatch},
		{"drop receiver", (*pair).dropReceiver},
		{"drop recv", (*pair).dropRecv},
	}
}

// do runs an operation on both, and compares what can be seen.
func (p *pair) do(op int) {
	p.log = append(p.log, op)
	operations[op].do(p)
	for i := range p.tasks {
		same(p, p.m.woken[i], p.tasks[i].WasWoken())
	}
	same(p, p.m.woken[theReceiver], p.receiver.WasWoken())
	same(p, p.m.woken[theWatcher], p.watcher.WasWoken())
	p.m.woken = [5]bool{}
	same(p, p.m.capacity, p.m.free+p.m.places(len(p.m.values))+p.m.reserved())
	same(p, p.m.free, p.capacity())
	same(p, p.m.senders, p.tx[0].StrongCount())
	if !p.m.gone {
		same(p, len(p.m.values), p.rx.Len())
		same(p, p.m.closed || !p.m.hasSenders(), p.rx.IsClosed())
	}
}

// capacity asks a sender if it can tell, else the receiver.
func (p *pair) capacity() int {
	if tx, ok := p.tx[0].(bounded); ok {
		return tx.Capacity()
	}
	return p.rx.Capacity()
}

func (p *pair) poll(i int) {
	if i > 0 && p.m.capacity == noBound {
		return // nothing can be reserved
	}
	w, cx := &p.waiters[i], &p.tasks[i].Cx
	fresh := !p.m.waiters[i].waits
	if i == 0 && fresh {
		p.next++
		p.sends[i] = p.next
	}
	wantReady, wantErr := p.m.admit(i)
	var ready bool
	var err error
	switch i {
	case 0:
		if ready, err = p.sender().pollSend(cx, w, p.sends[i]); ready && err == nil {
			p.m.put(p.sends[i])
		}
	case 1:
		var permit mpsc.Permit[int]
		if permit, ready, err = p.sender().(bounded).PollReserve(cx, w); ready && err == nil {
			p.owned = append(p.owned, permit)
			p.m.permits++
		}
	case 2:
		var permits mpsc.Permits[int]
		if permits, ready, err = p.sender().(bounded).PollReserveMany(cx, w, 2); ready && err == nil {
			for permits.Len() > 0 {
				permit, _ := permits.Next()
				p.owned = append(p.owned, permit)
				p.m.permits++
			}
		}
	}
	same(p, wantReady, ready)
	same(p, wantErr, err)
}

func (p *pair) drop(i int) {
	p.waiters[i].Drop(&p.tasks[i].Cx)
	p.m.leave(i)
}

// ended is what a receive says about an empty channel.
func (p *pair) ended() bool { return p.m.reserved() == 0 && (p.m.closed || !p.m.hasSenders()) }

func (p *pair) recv() {
	p.received(func() (int, bool, error) { return p.rx.PollRecv(&p.receiver.Cx) }, mpsc.ErrClosed)
}

func (p *pair) pollNext() {
	p.received(func() (int, bool, error) { return p.rx.PollNext(&p.receiver.Cx) }, io.EOF)
}

func (p *pair) received(poll func() (int, bool, error), end error) {
	if p.m.gone {
		return
	}
	v, ready, err := poll()
	switch {
	case len(p.m.values) > 0:
		p.check(ready && err == nil, "not received: %v", err)
		same(p, p.m.take(), v)
	case p.ended():
		p.check(ready && err == end, "not at its end: %v %v", ready, err)
		p.m.receiver = false
	default:
		p.check(!ready && err == nil, "received %v, %v", v, err)
		p.m.receiver = true
	}
}

// dropRecv gives up the wait of a receive, not the receiver.
func (p *pair) dropRecv() {
	mpsc.Forget(p.rx, &p.receiver.Cx)
	p.m.receiver = false
}

func (p *pair) tryRecv() {
	if p.m.gone {
		return
	}
	v, err := p.rx.TryRecv(nil)
	switch {
	case len(p.m.values) > 0:
		p.check(err == nil, "not received: %v", err)
		same(p, p.m.take(), v)
	case p.ended():
		same(p, mpsc.ErrClosed, err)
	default:
		same(p, mpsc.ErrEmpty, err)
	}
}

func (p *pair) recvMany() {
	if p.m.gone {
		return
	}
	var buf [2]int
	n, ready, err := p.rx.PollRecvMany(&p.receiver.Cx, buf[:])
	switch {
	case len(p.m.values) > 0:
		p.check(ready && err == nil, "not received: %v", err)
		same(p, min(len(p.m.values), 2), n)
		for _, v := range buf[:n] {
			same(p, p.m.values[0], v)
			p.m.values = p.m.values[1:]
		}
		p.m.free += p.m.places(n)
		p.m.settle()
	case p.ended():
		p.check(ready && err == mpsc.ErrClosed, "not at its end: %v %v", ready, err)
		p.m.receiver = false
	default:
		p.check(!ready && err == nil, "received %d, %v", n, err)
		p.m.receiver = true
	}
}

func (p *pair) trySend() {
	p.next++
	want := error(nil)
	switch {
	case p.m.closed || p.m.senders == 0:
		want = mpsc.ErrClosed
	case p.m.free == 0:
		want = mpsc.ErrFull
	default:
		p.m.free -= p.m.places(1)
		p.m.put(p.next)
	}
	same(p, want, p.sender().trySend(p.next))
}

func (p *pair) tryReserve() {
	if p.m.capacity == noBound {
		return
	}
	want := error(nil)
	switch {
	case p.m.closed || p.m.senders == 0:
		want = mpsc.ErrClosed
	case p.m.free < 2:
		want = mpsc.ErrFull
	default:
		p.m.free -= 2
		p.m.permits += 2
	}
	permits, err := p.sender().(bounded).TryReserveMany(2)
	same(p, want, err)
	for permits.Len() > 0 {
		permit, _ := permits.Next()
		p.owned = append(p.owned, permit)
	}
}

func (p *pair) takePermit() (mpsc.Permit[int], bool) {
	if len(p.owned) == 0 {
		return mpsc.Permit[int]{}, false
	}
	permit := p.owned[0]
	p.owned = p.owned[1:]
	p.m.permits--
	return permit, true
}

func (p *pair) release() {
	if permit, ok := p.takePermit(); ok {
		permit.Release(nil)
		p.m.free++
		p.m.settle()
	}
}

func (p *pair) use() {
	if permit, ok := p.takePermit(); ok {
		p.next++
		permit.Send(nil, p.next)
		p.m.put(p.next)
	}
}

func (p *pair) close() {
	if !p.m.gone {
		p.rx.Close(nil)
		p.m.close()
		p.m.settle()
	}
}

func (p *pair) closeSender() {
	if p.m.senders == 0 {
		p.tx[0].Close(nil)
		return
	}
	last := len(p.tx) - 1
	p.tx[last].Close(nil)
	if last > 0 {
		p.tx = p.tx[:last]
	}
	p.m.senders--
	p.m.settle()
}

func (p *pair) clone() {
	if p.m.senders == 0 {
		p.check(p.tx[0].clone().IsClosed(), "the clone of a closed sender is open")
		return
	}
	p.tx = append(p.tx, p.sender().clone())
	p.m.senders++
}

func (p *pair) upgrade() {
	tx, ok := p.weak.upgrade()
	same(p, p.m.hasSenders(), ok)
	if ok {
		if p.m.senders == 0 {
			p.tx = p.tx[:0]
		}
		p.tx = append(p.tx, tx)
		p.m.senders++
	}
}

func (p *pair) pollClosed() {
	_, ready, err := p.tx[0].PollClosed(&p.watcher.Cx, &p.watch)
	same(p, error(nil), err)
	same(p, p.m.closed, ready)
	p.m.watcher.waits, p.m.watcher.asleep = !ready, !ready
}

func (p *pair) dropWatch() {
	p.watch.Drop(nil)
	p.m.watcher.waits, p.m.watcher.asleep = false, false
}

func (p *pair) dropReceiver() {
	if p.m.gone {
		return
	}
	p.rx.Drop(nil)
	p.m.receiver = false // it is not woken: its owner has dropped it
	p.m.close()
	p.m.gone = true
	p.m.free += p.m.places(len(p.m.values))
	p.m.values = nil
}

// finish drops and uses everything, and requires that no place was lost.
func (p *pair) finish() {
	for i := range p.waiters {
		p.drop(i)
	}
	for len(p.owned) > 0 {
		p.release()
	}
	for !p.m.gone && len(p.m.values) > 0 {
		p.tryRecv()
	}
	same(p, p.m.capacity, p.m.free)
	same(p, p.m.capacity, p.capacity())
}
