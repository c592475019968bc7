package membarrier

import (
	"sync"
	"time"
)

// settle is how long a fence waits where the system has none to offer: a store leaves its processor's buffer in less than a
// microsecond.
const settle = time.Millisecond

var expedited = sync.OnceValue(register)

// Fence orders the plain memory accesses of all goroutines: of each access that a goroutine made before some moment of the
// call, the caller sees the effect after it; and what the caller stored before, each goroutine sees from that moment on. So of
// a goroutine that stores x and loads y, and a caller that stores y, calls Fence and loads x, at least one sees the other.
//
// It takes some microseconds, or a millisecond where Expedited reports false: there it waits. Any goroutine.
func Fence() {
	if !expedited() || !fence() {
		time.Sleep(settle)
	}
}

// Expedited reports whether the system makes the fence: membarrier(2), Linux 4.14. Any goroutine.
func Expedited() bool { return expedited() }
