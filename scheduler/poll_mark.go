package scheduler

import "github.com/simmer-go/simmer/internal/sy"

// pollMark tells a watchdog whether its worker is in a poll, where the worker does not touch its core, so that the watchdog may
// take that away. It costs the worker a plain store and a plain load a poll, beside the count that is kept anyway.
//
// Ownership. begun and ended: the worker's goroutine. revoked: the watchdog, and the worker when it leaves its core itself,
// both with Scheduler.revoking held.
//
// Order. The worker stores ended (E1) and then loads revoked (E2), before it touches its core; the watchdog stores revoked
// (R1), makes a fence for all threads (Watch.Fence), and then loads ended (R2). With the fence one of the two sees the other:
// either the worker finds itself revoked and asks under the lock what has become of that, or the watchdog finds the poll ended
// and takes nothing. What the worker has done to its core before begun is seen by who has seen begun and then made the fence;
// race builds need none, their loads and stores are atomic. A number is never used twice, so a poll that looks the same is.
type pollMark struct {
	begun   sy.PlainUint32 // polls, and drops between polls
	ended   sy.PlainUint32 // begun, while the core is the worker's: between polls
	revoked sy.PlainUint32 // 1: the core is taken, or may be
}

// tick returns the number of the present poll, or of the last. Any goroutine.
func (m *pollMark) tick() uint32 { return m.begun.Load() }

// begin opens the mark: until end the core is not touched. Owner only.
func (m *pollMark) begin() { m.begun.Store(m.begun.Load() + 1) }

// end closes the mark, and reports whether the worker has to ask whether its core is still there. Again does nothing more.
// Owner only.
func (m *pollMark) end() (revoked bool) {
	m.ended.Store(m.begun.Load()) // E1
	return m.revoked.Load() != 0  // E2
}

// isIn reports whether the worker is in its n-th poll and has not left its core. Any goroutine.
func (m *pollMark) isIn(n uint32) bool {
	return m.begun.Load() == n && m.ended.Load() != n // R2
}
