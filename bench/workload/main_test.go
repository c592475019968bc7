package workload_test

import (
	"testing"

	"go.uber.org/goleak"
)

// The goroutines that are left out end with the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/simmer-go/simmer/bench/workload.sleepLong"),
		goleak.IgnoreAnyFunction("github.com/simmer-go/simmer/bench/workload.waitForEver"),
	)
}
