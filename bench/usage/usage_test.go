package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/usage"
)

func TestWorkUsesProcessorTime(t *testing.T) {
	before := usage.CPU()
	for usage.CPU()-before < 5*time.Millisecond {
	}
	require.Positive(t, before)
}

func TestMemoryInUseIsResident(t *testing.T) {
	const size = 64 << 20
	before, err := usage.RSS()
	require.NoError(t, err)
	held := make([]byte, size)
	for i := range held {
		held[i] = 1
	}
	after, err := usage.RSS()
	require.NoError(t, err)
	require.Greater(t, after, before+size/2)
	require.EqualValues(t, 1, held[size-1])
}

func Example() {
	bytes, err := usage.RSS()
	fmt.Println(bytes > 0, err, usage.CPU() > 0)
	// Output: true <nil> true
}
