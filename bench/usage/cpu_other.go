//go:build !unix

package usage

import "time"

// CPU returns the user and system time of this process so far; 0 where the system does not tell. Any goroutine.
func CPU() time.Duration { return 0 }

// ChildrenCPU returns that of the processes which this one has started and waited for, and of theirs; 0 where the system does not tell. Any goroutine.
func ChildrenCPU() time.Duration { return 0 }
