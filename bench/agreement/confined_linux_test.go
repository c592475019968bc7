package agreement

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// alonePeer has the test binary, as a peer, fail if it may use more than one processor.
const alonePeer = "SIMMER_TEST_ALONE_PEER"

func init() {
	var set unix.CPUSet
	if os.Getenv(asPeer) == "" || os.Getenv(alonePeer) == "" {
		return
	}
	if err := unix.SchedGetaffinity(0, &set); err != nil || set.Count() != 1 {
		panic("not alone")
	}
}

// allowed returns the processors that the calling thread may use.
func allowed(t *testing.T) (set unix.CPUSet) {
	t.Helper()
	require.NoError(t, unix.SchedGetaffinity(0, &set))
	return set
}

func TestBothHarnessesAreConfinedToOneProcessor(t *testing.T) {
	before := allowed(t)
	if before.Count() == 1 {
		t.Skip("one processor: all are confined to it")
	}
	// A list of several processors has a comma or a dash.
	const alone = "grep -q '^Cpus_allowed_list:[^,-]*$' /proc/self/status || exit 3\n"
	crit := fakeCriterion(t, alone+`mkdir -p "$CRITERION_HOME/pot/stew.1/new"
`+growing("30 60 90 120 150 180 210 240 270 300"))
	tests := &gotest{program: script(t, filepath.Join(t.TempDir(), "workload.test"), alone+"echo 'BenchmarkTimed/stew/tokio-2  40  147 ns/unit'")}
	t.Setenv(alonePeer, "yes")
	for name, h := range map[string]Harness{"criterion": crit, "testing": tests, "runner": testRunner(t)} {
		c := stew
		if name == "runner" {
			c = Case{Bench: "chained_spawn", Impl: "go", Peer: "go", Workers: 2}
		}
		_, err := h.Measure(t.Context(), &c)
		require.Error(t, err, "%s is not confined by itself", name)
		_, err = confined{h}.Measure(t.Context(), &c)
		require.NoError(t, err, name)
		require.Equal(t, before, allowed(t), name)
	}
}

// inside notes the processors that it may use.
type inside struct {
	set unix.CPUSet
	tid int
	err error
}

func (h *inside) Measure(context.Context, *Case) ([]float64, error) {
	h.tid = unix.Gettid()
	return []float64{1}, errors.Join(h.err, unix.SchedGetaffinity(0, &h.set))
}

// Left to others, the thread would confine what they start.
func TestTheConfinedThreadEndsAlsoAfterAFailure(t *testing.T) {
	burnt := errors.New("burnt")
	for _, want := range []error{nil, burnt} {
		h := &inside{err: want}
		_, err := confined{h}.Measure(t.Context(), &stew)
		require.ErrorIs(t, err, want)
		if h.tid == os.Getpid() {
			continue // the program's first thread stays, but runs nothing any more
		}
		require.Eventually(t, func() bool {
			_, err := os.Stat("/proc/self/task/" + strconv.Itoa(h.tid))
			return errors.Is(err, os.ErrNotExist)
		}, 10*time.Second, time.Millisecond)
	}
}

func TestTheOneProcessorIsTheLastThatMayBeUsed(t *testing.T) {
	before := allowed(t)
	h := &inside{}
	_, err := confined{h}.Measure(t.Context(), &stew)
	require.NoError(t, err)
	require.Equal(t, 1, h.set.Count())
	require.True(t, h.set.IsSet(last(&before)))
	require.Equal(t, before, allowed(t))
	for _, c := range []struct {
		of   []int
		want int
	}{{[]int{0}, 0}, {[]int{0, 1}, 1}, {[]int{3, 70}, 70}, {[]int{5}, 5}} {
		var set unix.CPUSet
		for _, n := range c.of {
			set.Set(n)
		}
		require.Equal(t, c.want, last(&set))
	}
}
