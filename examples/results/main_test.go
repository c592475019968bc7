package main

import (
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	main()
	// Output:
	// App error: server 0 is down
	// Success: data from 1
	// Success: data from 2
	// App error: server 3 is down
	// Success: data from 4
}

func TestFiveRequestsTakeTheTimeOfOne(t *testing.T) {
	began := time.Now()
	main()
	took := time.Since(began)
	require.GreaterOrEqual(t, took, responseTime)
	require.Less(t, took, servers*responseTime)
}

func TestEachWayOfEndingIsToldApart(t *testing.T) {
	err := simmer.Run(func(cx *simmer.Context) error {
		panics := simmer.Go(cx, func(*simmer.Context) (string, error) { panic("the pan is on fire") })
		require.Equal(t, "Task panicked: the pan is on fire", describe(panics.Await(cx)))

		cancelled := simmer.Go(cx, func(cx *simmer.Context) (string, error) { return fetchResource(cx, 1) })
		cancelled.Abort()
		require.Equal(t, "Task was cancelled", describe(cancelled.Await(cx)))
		return nil
	})
	require.NoError(t, err)
}
