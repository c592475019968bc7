package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	main()
	// Output: Task returned: done
}

func TestResultComesAfterTheSleep(t *testing.T) {
	began := time.Now()
	main()
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)
}
