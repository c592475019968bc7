//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import "github.com/simmer-go/simmer/internal/sy"

// parkState is the state word of one waiting place.
//
// Ownership. The worker of the slot enters and leaves; anybody notifies.
//
// Order. notify changes the state (N1) and only then signals; the worker changes it (W1) and only then waits, and looks at
// it again after every signal. N1 pairs with W1: either enter sees the token, or notify sees where the worker waits and
// signals there. A signal that comes late, after its worker has left, finds a state without token and is not believed.
//
//	state           meaning                             next
//	empty           the worker runs                     enter -> parked, parkedDriver; notify -> notified
//	parked          it waits in its own place           notify -> notified; leave -> empty
//	parkedDriver    it waits in the driver              notify -> notified; leave -> empty
//	notified        a token: do not wait                leave -> empty
type parkState struct{ w sy.Uint32 }

const (
	empty uint32 = iota
	parked
	parkedDriver
	notified
)

// enter announces that the worker waits in where, parked or parkedDriver. It reports false if there is a token, and then the
// worker must not wait. Owner only.
func (s *parkState) enter(where uint32) bool { return s.w.CompareAndSwap(empty, where) } // W1

// leave ends the wait and takes the token if there is one, which it reports. Owner only.
func (s *parkState) leave() (token bool) { return s.w.Swap(empty) == notified }

// waits reports whether there is no token yet. Any goroutine.
func (s *parkState) waits() bool { return s.w.Load() != notified }

// notify leaves a token and returns what the state was: where the worker must be signalled, if anywhere. Any goroutine.
func (s *parkState) notify() (was uint32) { return s.w.Swap(notified) } // N1
