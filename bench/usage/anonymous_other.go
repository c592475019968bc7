//go:build !linux

package usage

// Anonymous returns the resident bytes of this process without those of files, such as the program itself: those come in when code runs
// for the first time, whatever it works on. It is RSS where the system does not tell. Any goroutine.
func Anonymous() (uint64, error) { return RSS() }
