package machine_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/machine"
)

func TestEveryFactHasAValue(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GODEBUG", "gctrace=0")
	facts := map[string]string{}
	for _, f := range machine.Describe() {
		require.NotEmpty(t, f.Value, f.Name)
		facts[f.Name] = f.Value
	}
	require.Equal(t, "100", facts["GOGC"], "the default is told")
	require.Equal(t, "gctrace=0", facts["GODEBUG"])
	require.Equal(t, fmt.Sprint(runtime.NumCPU()), facts["cores"])
	require.Contains(t, facts["Go"], runtime.Version())
}

func Example() {
	for _, f := range machine.Describe() {
		if f.Name == "Go" {
			fmt.Println(f.Value == fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH))
		}
	}
	// Output: true
}
