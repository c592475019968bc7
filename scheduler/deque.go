package scheduler

import (
	"github.com/simmer-go/simmer/internal/sy"
)

// dequeSize is tokio's: large enough that bursts rarely overflow, small enough to stay in the first-level cache.
const dequeSize = 256

// deque is a worker's queue of active tasks: a ring that its owner fills at the tail and empties at the head, and from
// whose head thieves take half. (Tokio's runtime/scheduler/multi_thread/queue.rs.)
//
// Ownership. tail and the slots from tail on: the owner. head: anyone, by CAS. It packs two indexes, (steal, real): the
// tasks in [real, tail) are queued; the slots in [steal, real) are being copied by one thief and must not be overwritten.
// steal == real when nobody steals. Indexes run over all 32 bits, far beyond the ring, against ABA.
//
// Order. A slot is written before tail is stored (P1); whoever takes a task loads tail before it reads the slot (S1).
// P1 pairs with S1: swapped, a thief would run a stale task. A thief moves real by CAS before it copies (S2) and steal
// after (S3); the owner loads head before it writes a slot (P2). S3 pairs with P2: a slot is reused after it was copied.
type deque struct {
	head sy.Uint64
	_    [56]byte // the owner's tail must not share a line with the thieves' head
	tail sy.Uint32
	_    [60]byte

	slots  []*Task
	mask   uint32
	forgot uint32 // tail when the slots were cleared last; owner only
}

// init makes an empty deque of size slots, a power of two, whose indexes begin at start.
func (d *deque) init(size int, start uint32) {
	d.slots = make([]*Task, size)
	d.mask = uint32(size - 1)
	d.head.Store(pack(start, start))
	d.tail.Store(start)
	d.forgot = start
}

func pack(steal, real uint32) uint64       { return uint64(steal)<<32 | uint64(real) }
func unpack(h uint64) (steal, real uint32) { return uint32(h >> 32), uint32(h) }

// push puts t at the tail. If the ring is full, half of it goes to over, so that the next pushes are cheap again.
// Owner only.
func (d *deque) push(t *Task, over *injector) {
	for {
		steal, real := unpack(d.head.Load()) // P2
		tail := d.tail.Load()
		if tail-steal <= d.mask {
			d.slots[tail&d.mask] = t
			d.tail.Store(tail + 1) // P1
			return
		}
		if steal != real { // a thief is making room
			over.push(&t.Header)
			return
		}
		if d.overflow(t, real, over) {
			return
		}
	}
}

// overflow moves the second half of the full ring, and t, to over. The first half stays: what came from the injector is
// there, and must not go back before it was polled. It reports false if a thief came first.
func (d *deque) overflow(t *Task, head uint32, over *injector) bool {
	size := d.mask + 1
	half := size / 2
	// Claim all slots, then give the first half back as if it was pushed anew.
	if !d.head.CompareAndSwap(pack(head, head), pack(head+size, head+size)) {
		return false
	}
	var batch taskQueue
	for i := half; i < size; i++ {
		batch.Push(&d.slots[(head+i)&d.mask].Header)
	}
	batch.Push(&t.Header)
	d.tail.Store(head + size + half) // P1; the first half lies where it lay
	over.append(&batch)
	return true
}

// fill puts as many of list at the tail as fit, in one store, and returns their number. Owner only.
func (d *deque) fill(list []*Task) int {
	steal, _ := unpack(d.head.Load()) // P2
	tail := d.tail.Load()
	n := min(uint32(len(list)), d.mask+1-(tail-steal))
	for i := uint32(0); i < n; i++ {
		d.slots[(tail+i)&d.mask] = list[i]
	}
	if n > 0 {
		d.tail.Store(tail + n) // P1
	}
	return int(n)
}

// fillFrom puts up to limit tasks of q at the tail, as many as fit, in one store. Owner only.
func (d *deque) fillFrom(q *taskQueue, limit int) {
	tail := d.tail.Load()
	n := uint32(0)
	for limit = min(limit, d.free(), q.Len()); int(n) < limit; n++ {
		d.slots[(tail+n)&d.mask] = taskOf(q.Pop())
	}
	if n > 0 {
		d.tail.Store(tail + n) // P1
	}
}

// free returns how many tasks fit. It is counted from steal: slots that a thief still copies are not free. Owner only.
func (d *deque) free() int {
	steal, _ := unpack(d.head.Load())
	return int(d.mask + 1 - (d.tail.Load() - steal))
}

// pop takes the task at the head, or returns nil. Owner only.
func (d *deque) pop() *Task {
	h := d.head.Load()
	for {
		steal, real := unpack(h)
		if real == d.tail.Load() {
			return nil
		}
		next := pack(steal, real+1)
		if steal == real {
			next = pack(real+1, real+1)
		}
		if d.head.CompareAndSwap(h, next) {
			return d.slots[real&d.mask]
		}
		h = d.head.Load()
	}
}

// stealInto moves half of d's tasks, rounded up, to dst, whose owner the caller is. It returns the last one, to be polled
// at once, and the number taken. It takes nothing if another thief is at work on d, or if dst is more than half full.
func (d *deque) stealInto(dst *deque) (t *Task, taken int) {
	dstSteal, _ := unpack(dst.head.Load()) // P2
	dstTail := dst.tail.Load()
	half := (d.mask + 1) / 2
	if dstTail-dstSteal > (dst.mask+1)/2 {
		return nil, 0
	}
	var first, n uint32
	for h := d.head.Load(); ; h = d.head.Load() {
		steal, real := unpack(h)
		if steal != real {
			return nil, 0
		}
		n = d.tail.Load() - real // S1
		n -= n / 2
		if n == 0 {
			return nil, 0
		}
		if n > half {
			continue // head and tail do not belong together: the owner has moved meanwhile
		}
		if d.head.CompareAndSwap(h, pack(steal, real+n)) { // S2
			first = real
			break
		}
	}
	for i := uint32(0); i < n; i++ {
		dst.slots[(dstTail+i)&dst.mask] = d.slots[(first+i)&d.mask]
	}
	for h := d.head.Load(); ; h = d.head.Load() {
		_, real := unpack(h)
		if d.head.CompareAndSwap(h, pack(real, real)) { // S3
			break
		}
	}
	last := &dst.slots[(dstTail+n-1)&dst.mask]
	t, *last = *last, nil // forget does not see it: the tail may stay where it is
	if n > 1 {
		dst.tail.Store(dstTail + n - 1) // P1
	}
	return t, int(n)
}

// len returns the number of queued tasks at some moment. Any goroutine.
func (d *deque) len() int {
	_, real := unpack(d.head.Load())
	return int(int32(d.tail.Load() - real))
}

// forget clears the slots of an empty ring, which would keep up to 256 finished tasks reachable. Owner only.
func (d *deque) forget() {
	steal, real := unpack(d.head.Load())
	if tail := d.tail.Load(); steal == real && real == tail && tail != d.forgot {
		clear(d.slots)
		d.forgot = tail
	}
}

// peek calls f for each queued task. A task may have been stolen meanwhile. Owner only.
func (d *deque) peek(f func(*Task)) {
	_, real := unpack(d.head.Load())
	for i := real; i != d.tail.Load(); i++ {
		f(d.slots[i&d.mask])
	}
}
