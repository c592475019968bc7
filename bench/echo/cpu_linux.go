package echo

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// schedulerClock is the clock of a process that counts what its threads have run, in the numbering of clock_getcpuclockid(3).
const schedulerClock = 2

// processCPU returns the user and system time of a process so far, to the nanosecond; of process 0, nothing.
func processCPU(pid int) (time.Duration, error) {
	if pid == 0 {
		return 0, nil
	}
	var used unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &used); err != nil {
		return 0, fmt.Errorf("echo: processor time of process %d: %w", pid, err)
	}
	return time.Duration(used.Nano()), nil
}
