package timer

import "github.com/simmer-go/simmer/waker"

const (
	// chunkEntries is what a dry stage allocates at once: 64 entries are 2.5 KiB, a few of them left over pin little.
	chunkEntries = 64
	// lookBack bounds the search for an entry that was armed in the same poll; nearly always it is the last.
	lookBack = 8
)

// Stage holds what polls on one worker arm and cancel until the worker applies it to a wheel, and the free entries that
// polls take. It is the value of future.Local.Timers.
//
// Ownership. The worker's goroutine: its polls, and between polls the wheel to which it is applied. A worker that has lost
// its core sends its stage to another one; the entries then belong to the wheel that applies them.
type Stage struct {
	armed   []*entry // queued, without an owner
	retired []*entry // loose; their owners have to take note of it
	free    []*entry
	low     int    // fewest free since the last trim
	home    *Wheel // to which it was applied last
	chunk   int
}

// NewStage returns an empty stage.
func NewStage() *Stage { return &Stage{chunk: chunkEntries} }

// arm stages a timer that wakes task at the deadline. In a poll.
func (st *Stage) arm(deadline int64, task *waker.Header) *entry {
	n := len(st.free)
	if n == 0 {
		st.grow()
		n = len(st.free)
	}
	e := st.free[n-1]
	st.free = st.free[:n-1]
	st.low = min(st.low, n-1)
	e.arm(deadline, task)
	st.armed = append(st.armed, e)
	return e
}

// disarm takes back an entry that was armed here just before, and reports whether it was. In a poll.
func (st *Stage) disarm(e *entry) bool {
	end := len(st.armed) - 1
	for i := end; i >= 0 && i > end-lookBack; i-- {
		if st.armed[i] != e {
			continue
		}
		e.waker.Store(nil)
		st.armed[i] = st.armed[end]
		st.armed = st.armed[:end]
		st.free = append(st.free, e)
		return true
	}
	return false
}

// retire stages an entry that its Delay has given up. In a poll.
func (st *Stage) retire(e *entry) { st.retired = append(st.retired, e) }

func (st *Stage) grow() {
	chunk := make([]entry, st.chunk)
	for i := range chunk {
		st.free = append(st.free, &chunk[i])
	}
}

// trim gives half of the entries that were free throughout since the last trim to the garbage collector.
func (st *Stage) trim() {
	rest := copy(st.free, st.free[(st.low+1)/2:])
	clear(st.free[rest:])
	st.free = st.free[:rest]
	st.low = rest
}

// emptied returns list without entries, and without its memory if that is large.
func emptied(list []*entry) []*entry {
	if cap(list) > keptSlot {
		return nil
	}
	return list[:0]
}
