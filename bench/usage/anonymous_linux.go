package usage

import (
	"fmt"
	"os"
)

// Anonymous returns the resident bytes of this process without those of files, such as the program itself: those come in when code runs
// for the first time, whatever it works on. It is RSS where the system does not tell. Any goroutine.
func Anonymous() (uint64, error) {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, fmt.Errorf("usage: %w", err)
	}
	var size, resident, ofFiles uint64 // pages
	if _, err := fmt.Sscan(string(statm), &size, &resident, &ofFiles); err != nil {
		return 0, fmt.Errorf("usage: /proc/self/statm: %w", err)
	}
	return (resident - min(resident, ofFiles)) * uint64(os.Getpagesize()), nil
}
