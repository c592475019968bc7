package agreement

import (
	"fmt"
	goruntime "runtime"

	"golang.org/x/sys/unix"
)

// canConfine tells whether confine does anything here.
const canConfine = true

// confine has the processes that the calling goroutine starts before it calls release run on one processor: the last one that it may use itself, as
// the first one often serves the machine's interrupts. Processes have it from the thread that starts them: see sched_setaffinity(2).
func confine() (release func() error, err error) {
	goruntime.LockOSThread()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		goruntime.UnlockOSThread()
		return nil, fmt.Errorf("processors that may be used: %w", err)
	}
	one.Set(last(&all))
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		goruntime.UnlockOSThread()
		return nil, fmt.Errorf("one processor: %w", err)
	}
	return func() error {
		defer goruntime.UnlockOSThread()
		return unix.SchedSetaffinity(0, &all)
	}, nil
}

// last returns the number of the last processor of a set that has some.
func last(set *unix.CPUSet) (n int) {
	for left := set.Count(); left > 0; n++ {
		if set.IsSet(n) {
			left--
		}
	}
	return n - 1
}
