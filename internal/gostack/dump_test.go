package gostack_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/gostack"
)

// waits is on the stack of a goroutine that waits.
func waits(id chan<- uint64, release <-chan struct{}) {
	id <- gostack.ID()
	<-release
}

func TestADumpIsTakenApart(t *testing.T) {
	id, release := make(chan uint64), make(chan struct{})
	go func() { waits(id, release) }() // ends when it is released
	other := <-id
	defer close(release)
	for {
		dump := make([]byte, 1<<20)
		dump = dump[:runtime.Stack(dump, true)]
		list := gostack.Split(dump)
		found := map[uint64]gostack.Goroutine{}
		for _, g := range list {
			require.NotEmpty(t, g.State)
			found[g.ID] = g
		}
		self, waiting := found[gostack.ID()], found[other]
		require.Equal(t, "running", self.State)
		require.Equal(t, "github.com/simmer-go/simmer/internal/gostack_test.TestADumpIsTakenApart", self.Innermost())
		require.True(t, self.Calls("testing.tRunner"))
		require.False(t, self.Calls("testing.tRun"), "whole names only")
		if waiting.State != "chan receive" { // on its way there
			runtime.Gosched()
			continue
		}
		require.True(t, waiting.Calls("github.com/simmer-go/simmer/internal/gostack_test.waits"))
		require.True(t, waiting.Calls("github.com/simmer-go/simmer/internal/gostack_test.TestADumpIsTakenApart"), "a closure of it")
		require.False(t, waiting.Calls("testing.tRunner"))
		require.Len(t, gostack.Split(dump[:len(dump)-2]), len(list)-1, "a part that is cut off is left out")
		return
	}
}

func TestWhatIsNoDumpHasNoGoroutines(t *testing.T) {
	for _, text := range []string{"", "x", "goroutine\n", "goroutine x [running]:\n", "goroutine 1\n", "goroutine 1 [running", "\n\n\n"} {
		require.Empty(t, gostack.Split([]byte(text)), "%q", text)
	}
}
