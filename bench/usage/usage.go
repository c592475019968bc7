// Package usage tells what this process has used of the machine.
package usage

import (
	"fmt"
	"os"

	"github.com/shirou/gopsutil/v4/process"
)

// RSS returns the resident bytes of this process. Any goroutine.
func RSS() (uint64, error) {
	self, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		return 0, fmt.Errorf("usage: %w", err)
	}
	memory, err := self.MemoryInfo()
	if err != nil {
		return 0, fmt.Errorf("usage: %w", err)
	}
	return memory.RSS, nil
}
