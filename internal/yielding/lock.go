package yielding

import (
	goruntime "runtime"
	"sync"
)

// turns is how often a goroutine gives way before it sleeps: 10 us or so, where nobody else is runnable.
const turns = 60

// Lock locks mu, whose holders need it for less than a microsecond. If it is taken the calling goroutine gives way to others, some times,
// before it sleeps. Any goroutine.
func Lock(mu *sync.Mutex) {
	if !mu.TryLock() {
		lock(mu)
	}
}

func lock(mu *sync.Mutex) {
	for range turns {
		goruntime.Gosched()
		if mu.TryLock() {
			return
		}
	}
	mu.Lock()
}
