package lock

import (
	"context"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// permits counts free permits and queues those who wait for some: the core of Mutex, RWMutex, Semaphore and OnceCell.
// (Tokio's batch_semaphore.rs.)
//
// The count is relative to full, a constant of the primitive, so that the zero value of each is right: a Mutex (full 1) and
// an RWMutex (full MaxReaders) begin with all of them free, a Semaphore (full 0) with none. Free is count + full.
//
//	state         meaning
//	count << 2    permits, relative to full
//	waiting       the queue is not empty, or about to be served; free is 0, because its head has taken what there was
//	closed        nobody gets any more
//
// Ownership. Without waiting, any goroutine changes the count, by CAS. Waiting and closed are set, and waiting is cleared, with
// mu held; while waiting is set the count changes only with mu held.
//
// Order. A waiter sets waiting, in the CAS that finds too few permits (W1), and joins the queue before it lets mu go; a
// release adds to the count by a CAS that fails if waiting is set (R1), or else takes mu and serves the queue. W1 pairs with R1:
// a permit comes before the CAS of the waiter, which then takes it, or it finds the waiter.
//
// Nobody overtakes: who comes while others wait finds nothing free, and released permits go to the head.
//
// Stepping aside. A task that finds too few looks once more at its next turn before it joins the queue. Most permits are held for less
// than a turn, and a queue makes each hand-over a switch of tasks until it is empty again, which it never is while everybody comes back
// at once. Where permits are held across turns, steps aside are in vain, and all but a few tasks join at once. Who stands aside is in no
// queue and holds nothing; others may get what comes meanwhile.
type permits struct {
	state sy.Int64
	vain  sy.Uint32 // tasks that have found too few since one that stood aside has found enough; a guess: counts beside each other are lost
	mu    sync.Mutex

	queue      queue
	travelling int // releases that wake a batch at this moment, and have more permits to hand out
}

const (
	closed = 1 << iota
	waiting
	one // permit

	shift = 2
	flags = closed | waiting
)

// Of askPeriod tasks that find too few in a row, askLength step aside, to find out whether that still is in vain. They are as many as a
// queue that is to dissolve may hold.
const (
	askLength = 16
	askPeriod = 256
)

// try takes n permits if so many are free. Any goroutine.
func (p *permits) try(n, full int64) error {
	for {
		s := p.state.Load()
		switch {
		case s&closed != 0:
			return ErrClosed
		case s>>shift+full < n:
			return ErrNoPermits
		case p.state.CompareAndSwap(s, s-n*one):
			return nil
		}
	}
}

// poll takes n permits, at once or in the course of several polls with the same w.
func (p *permits) poll(cx *future.Context, w *Waiter, n, full int64) (ready bool, err error) {
	if !cx.HasBudget() {
		return false, nil
	}
	if w.home == nil || w.verdict.Load() == aside {
		ready, err = p.come(cx, w, n, full)
	} else {
		ready, err = p.look(cx, w)
	}
	if ready {
		cx.Spend()
	}
	return ready, err
}

// come is the poll of who is not in the queue.
func (p *permits) come(cx *future.Context, w *Waiter, n, full int64) (ready bool, err error) {
	again := w.home != nil
	if again {
		w.mustBeAt(p)
		w.reset()
	}
	if err = p.try(n, full); err != ErrNoPermits {
		if again && err == nil && p.vain.Load() != 0 {
			p.vain.Store(0)
		}
		return true, err
	}
	if !again && cx.Local() != nil && p.mayStepAside() {
		w.home = p
		w.verdict.Store(aside)
		cx.Again()
		return false, nil
	}
	return p.join(cx, w, n, full)
}

// mayStepAside counts a task that has found too few, and reports whether it is to look again before it joins the queue.
func (p *permits) mayStepAside() bool {
	n := p.vain.Load()
	p.vain.Store(n + 1)
	return n%askPeriod < askLength
}

// join queues w, unless it gets its permits after all.
func (p *permits) join(cx *future.Context, w *Waiter, n, full int64) (ready bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		s := p.state.Load()
		free := s>>shift + full
		switch {
		case s&closed != 0:
			return true, ErrClosed
		case free >= n:
			if !p.state.CompareAndSwap(s, s-n*one) {
				continue
			}
			return true, nil
		case !p.state.CompareAndSwap(s, (s-free*one)|waiting): // W1
			continue
		}
		w.enlist(p, cx.Waker())
		w.asked, w.lacking = n, n-free
		p.queue.push(w)
		return false, nil
	}
}

// look is the poll of a waiter.
func (p *permits) look(cx *future.Context, w *Waiter) (ready bool, err error) {
	w.mustBeAt(p)
	verdict := w.verdict.Load() // V2
	if verdict == pending && w.waker != cx.Waker() {
		verdict = p.redirect(w, cx.Waker())
	}
	switch verdict {
	case pending:
		return false, nil
	case refused:
		err = ErrClosed
	}
	w.reset()
	return true, err
}

// redirect has w, which was in the queue at the last look, woken through wk from here on, and returns its verdict.
func (p *permits) redirect(w *Waiter, wk waker.Waker) (verdict uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.waker = wk
	return w.verdict.Load()
}

// release gives n permits to those who wait, in order, and what they do not need to the count. It reports false if the
// count is then above limit: somebody has released what he had not. Any goroutine.
func (p *permits) release(cx *future.Context, n, limit int64) bool {
	for {
		s := p.state.Load()
		switch {
		case s&waiting != 0:
			return p.serve(cx, n, limit)
		case s>>shift+n > limit:
			return false
		case p.state.CompareAndSwap(s, s+n*one): // R1
			return true
		}
	}
}

// serve is release when somebody waits.
func (p *permits) serve(cx *future.Context, n, limit int64) (ok bool) {
	p.mu.Lock()
	return p.hand(cx, n, limit)
}

// hand is serve. It is entered with mu held, and lets it go.
func (p *permits) hand(cx *future.Context, n, limit int64) (ok bool) {
	if n > 1 {
		return p.handMany(cx, n, limit)
	}
	var wk waker.Waker
	if w := p.next(&n); w != nil {
		wk = w.tell(granted)
	}
	ok = p.settle(n, limit)
	p.mu.Unlock()
	cx.Wake(wk)
	return ok
}

// handMany is hand in batches.
func (p *permits) handMany(cx *future.Context, n, limit int64) (ok bool) {
	var batch waker.Batch
	for {
		for !batch.IsFull() {
			w := p.next(&n)
			if w == nil {
				break
			}
			batch.Add(w.tell(granted))
		}
		done := !batch.IsFull() // nobody is left who can be served
		if done {
			ok = p.settle(n, limit)
		} else {
			p.travelling++
		}
		p.mu.Unlock()
		cx.WakeBatch(&batch)
		if done {
			return ok
		}
		p.mu.Lock()
		p.travelling--
	}
}

// next gives up to *n permits to the head of the queue, and takes it out if it then has all it asked for. mu held.
func (p *permits) next(n *int64) *Waiter {
	w := p.queue.head
	if w == nil || p.state.Load()&closed != 0 {
		return nil
	}
	if w.lacking > *n {
		w.lacking -= *n
		*n = 0
		return nil
	}
	*n -= w.lacking
	p.queue.remove(w)
	return w
}

// settle adds n permits to the count, and clears waiting if nobody waits any more: in one step, so that nobody sees a queue that is
// gone and permits that are not there yet. It reports false, and adds nothing, if the count would be above limit. mu held.
func (p *permits) settle(n, limit int64) bool {
	delta := n * one
	if p.queue.head == nil && p.travelling == 0 && p.state.Load()&waiting != 0 {
		delta -= waiting
	}
	if delta == 0 {
		return true
	}
	if s := p.state.Add(delta); s>>shift <= limit {
		return true
	}
	p.state.Add(-n * one)
	return false
}

// leave implements home.
func (p *permits) leave(cx *future.Context, w *Waiter) {
	if w.verdict.Load() == aside {
		w.reset()
		return
	}
	given := int64(0)
	p.mu.Lock()
	switch w.verdict.Load() {
	case pending:
		given = w.asked - w.lacking
		p.queue.remove(w)
	case granted:
		given = w.asked
	}
	w.reset()
	p.hand(cx, given, MaxPermits)
}

// close refuses all who wait and all who come. Any goroutine.
func (p *permits) close(cx *future.Context) {
	var batch waker.Batch
	for more := true; more; {
		p.mu.Lock()
		p.state.Or(closed)
		given := int64(0)
		for w := p.queue.head; w != nil && !batch.IsFull(); w = p.queue.head {
			given += w.asked - w.lacking
			p.queue.remove(w)
			batch.Add(w.tell(refused))
		}
		p.settle(given, MaxPermits)
		more = p.queue.head != nil
		p.mu.Unlock()
		cx.WakeBatch(&batch)
	}
}

// await is poll for a body.
func (p *permits) await(cx *future.Context, n, full int64) error {
	w := waiters.Get().(*Waiter)
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) {
		ready, err := p.poll(cx, w, n, full)
		return struct{}{}, ready, err
	}, w.Drop)
	waiters.Put(w)
	return err
}

// wait is poll for a goroutine.
func (p *permits) wait(ctx context.Context, n, full int64) error {
	w := waiters.Get().(*Waiter)
	_, err := future.WaitPoll(ctx, func(cx *future.Context) (struct{}, bool, error) {
		ready, err := p.poll(cx, w, n, full)
		return struct{}{}, ready, err
	}, w.Drop)
	waiters.Put(w)
	return err
}
