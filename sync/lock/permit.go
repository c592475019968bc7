package lock

import "github.com/simmer-go/simmer/future"

var (
	_ future.Future[Permit] = (*Acquiring)(nil)
	_ future.Dropper        = (*Acquiring)(nil)
)

// Permit is a number of permits of one [Semaphore], as [Acquiring] gives it. Its methods are for one goroutine at a time. Do not
// copy it: each copy would release.
type Permit struct {
	s *Semaphore
	n int
}

// Count returns the number of permits that p holds.
func (p *Permit) Count() int { return p.n }

// Release gives them back; p then holds none. On a Permit without permits it does nothing. cx may be nil.
func (p *Permit) Release(cx *future.Context) {
	if n := p.n; n > 0 {
		p.n = 0
		p.s.Release(cx, n)
	}
}

// Drop is Release.
func (p *Permit) Drop(cx *future.Context) { p.Release(cx) }

// Forget never gives them back: the semaphore has so many fewer from here on.
func (p *Permit) Forget() { p.n = 0 }

// Merge moves other's permits into p. It panics if they are permits of different semaphores.
func (p *Permit) Merge(other *Permit) {
	if p.s != other.s {
		panic("lock: Merge of permits of different semaphores")
	}
	n := other.n
	other.n = 0
	p.n += n
}

// Split moves n of p's permits into a Permit of their own. It reports false, and moves none, if p has not so many or n is
// negative.
func (p *Permit) Split(n int) (_ Permit, ok bool) {
	if n < 0 || n > p.n {
		return Permit{}, false
	}
	p.n -= n
	return Permit{s: p.s, n: n}, true
}

// Acquiring is the future of permits. It joins the queue at its first or second poll, as the package's comment says. Drop leaves the queue
// and passes on what it had been given.
type Acquiring struct {
	s *Semaphore
	n int
	w Waiter
}

// Acquiring returns a future of n permits, for combinators: its value holds them, to be given back by Release.
func (s *Semaphore) Acquiring(n int) *Acquiring { return &Acquiring{s: s, n: n} }

// Poll implements [future.Future]. Its errors are those of [Semaphore.Acquire].
func (a *Acquiring) Poll(cx *future.Context) (p Permit, ready bool, err error) {
	_, ready, err = a.s.PollAcquire(cx, &a.w, a.n)
	if ready && err == nil {
		p = Permit{s: a.s, n: a.n}
	}
	return p, ready, err
}

// Drop implements [future.Dropper].
func (a *Acquiring) Drop(cx *future.Context) { a.w.Drop(cx) }
