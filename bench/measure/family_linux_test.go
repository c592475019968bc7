package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/bench/usage"
)

// family is a machine on which nobody is busy but this process and its children.
type family struct{}

func (family) Busy() (time.Duration, error) {
	var children unix.Rusage
	err := unix.Getrusage(unix.RUSAGE_CHILDREN, &children)
	return usage.CPU() + time.Duration(children.Utime.Nano()+children.Stime.Nano()), err
}

func TestThePeersOwnLoadIsNotThatOfOthers(t *testing.T) {
	s := suite(meet(t, "burner", "steady"))
	s.Load = family{}
	for _, r := range results(t, s) {
		require.Empty(t, r.Note)
	}
}
