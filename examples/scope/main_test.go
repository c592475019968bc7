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
	// [soup salad] <nil>
	// [] the toast is burnt
}

func TestAFailureEndsTheOthers(t *testing.T) {
	began := time.Now()
	err := simmer.Run(func(cx *simmer.Context) error {
		_, err := cook(cx, []dish{{"stew", time.Hour, false}, {"toast", 0, true}})
		return err
	})
	require.ErrorIs(t, err, errBurnt)
	require.Less(t, time.Since(began), time.Hour)
}
