package lock

import (
	"errors"
	"math"
)

var (
	// ErrClosed is returned by a closed [Semaphore].
	ErrClosed = errors.New("lock: semaphore is closed")
	// ErrNoPermits is returned by [Semaphore.TryAcquire] if it would have to wait.
	ErrNoPermits = errors.New("lock: no permits available")
	// ErrBadCount is returned where somebody asks for a negative number of permits, or for more than MaxPermits.
	ErrBadCount = errors.New("lock: number of permits is negative or above MaxPermits")
	// ErrAlreadySet is returned by Set on a cell that has its value.
	ErrAlreadySet = errors.New("lock: value is already set")
	// ErrInitializing is returned by [OnceCell.Set] while somebody is making the value.
	ErrInitializing = errors.New("lock: value is being made")
)

const (
	// MaxPermits is the largest number of permits of a [Semaphore]: three bits of an int are spent on flags, sign and headroom.
	MaxPermits = math.MaxInt >> 3
	// MaxReaders is the number of readers that an [RWMutex] admits at a time if it was not told otherwise.
	MaxReaders = 1<<28 - 1
)
