//go:build unix

package usage

import (
	"syscall"
	"time"
)

// CPU returns the user and system time of this process so far; 0 where the system does not tell. Any goroutine.
func CPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
