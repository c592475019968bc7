package agreement

import "os"

// trimThreshold has glibc give memory back to the system only if so much of it, in bytes, is free at the top of a heap: see mallopt(3).
const trimThreshold, threshold = "MALLOC_TRIM_THRESHOLD_", "1073741824"

// keepFreed has the processes of both sides keep the memory that they free, unless the environment says how much of it. By default a body that frees
// megabytes at the end of each iteration gives them back and takes them again in the next one, or does not, by what happens to lie above them: 0.07
// page faults, a sixth of the time, for each task of criterion's spawn_many_remote, none for the same row of the peer.
func keepFreed() (undo func() error, err error) {
	if _, chosen := os.LookupEnv(trimThreshold); chosen {
		return func() error { return nil }, nil
	}
	return func() error { return os.Unsetenv(trimThreshold) }, os.Setenv(trimThreshold, threshold)
}
