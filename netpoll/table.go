package netpoll

import (
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
)

// chunkSize is a page of pointers. Chunks never move, so that a reader needs no lock while the table grows.
const chunkSize = 512

type chunk [chunkSize]sy.Pointer[Registration]

// table finds a registration by its descriptor number. The kernel hands out the lowest free number, so the numbers are a
// dense index with its own free list. An event also carries the registration's generation: a number that was reused
// while an old event was in flight leads to a registration of another generation.
//
// Ownership. Entries and the directory are written under mu; get needs no lock.
//
// Order. put stores the entry (P1) before the descriptor is added to the poller, so before its first event can be read; get
// loads directory and entry (G1) after the event was read. P1 pairs with G1.
type table struct {
	dir sy.Pointer[[]*chunk]
	n   sy.Int64 // registrations
	mu  sync.Mutex

	closed bool
}

// get returns the registration of fd, or nil. Any goroutine.
func (t *table) get(fd uint32) *Registration {
	dir := t.dir.Load() // G1
	if dir == nil || int(fd/chunkSize) >= len(*dir) {
		return nil
	}
	return (*dir)[fd/chunkSize][fd%chunkSize].Load()
}

// put makes g the registration of its descriptor. It returns ErrClosed after close, and errExists, from the system, if the
// number is taken: the descriptor was closed behind the back of a registration that was not. Any goroutine.
func (t *table) put(g *Registration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return ErrClosed
	}
	entry := t.entry(uint32(g.fd.fd))
	if entry.Load() != nil {
		return errExists
	}
	t.n.Add(1)
	entry.Store(g) // P1
	return nil
}

// entry returns the place of fd, and makes it if need be. mu held.
func (t *table) entry(fd uint32) *sy.Pointer[Registration] {
	var dir []*chunk
	if p := t.dir.Load(); p != nil {
		dir = *p
	}
	if need := int(fd/chunkSize) + 1; need > len(dir) {
		grown := make([]*chunk, need)
		for i := copy(grown, dir); i < need; i++ {
			grown[i] = new(chunk)
		}
		dir = grown
		t.dir.Store(&grown)
	}
	return &dir[fd/chunkSize][fd%chunkSize]
}

// remove takes g out and reports whether it was in. Any goroutine.
func (t *table) remove(g *Registration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.get(uint32(g.fd.fd)) != g {
		return false
	}
	t.entry(uint32(g.fd.fd)).Store(nil)
	t.n.Add(-1)
	return true
}

// close refuses further entries and returns those that were in. Any goroutine.
func (t *table) close() (all []*Registration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.n.Store(0)
	dir := t.dir.Load()
	if dir == nil {
		return nil
	}
	for _, c := range *dir {
		for i := range c {
			if g := c[i].Swap(nil); g != nil {
				all = append(all, g)
			}
		}
	}
	return all
}
