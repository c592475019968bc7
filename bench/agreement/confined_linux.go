package agreement

import (
	"fmt"

	"golang.org/x/sys/unix"
)

const canConfine = true

// confine leaves the calling thread one of the processors that it may use: the last one, as the first one often serves the machine's interrupts. See
// sched_setaffinity(2).
func confine() error {
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return fmt.Errorf("processors that may be used: %w", err)
	}
	one.Set(last(&all))
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return fmt.Errorf("one processor: %w", err)
	}
	return nil
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
