//go:build unix

package usage

import (
	"syscall"
	"time"
)

// CPU returns the user and system time of this process so far; 0 where the system does not tell. Any goroutine.
func CPU() time.Duration { return cpu(syscall.RUSAGE_SELF) }

// ChildrenCPU returns that of the processes which this one has started and waited for, and of theirs; 0 where the system does not tell. Any goroutine.
func ChildrenCPU() time.Duration { return cpu(syscall.RUSAGE_CHILDREN) }

func cpu(who int) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(who, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
