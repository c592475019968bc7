package stream_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/stream"
	"github.com/simmer-go/simmer/timer"
)

// Tasks on several workers wake the parts of one buffer: each result comes once.
func TestResultsFromManyWorkersComeOnceEach(t *testing.T) {
	const tasks = 2000
	rt, err := runtime.New(runtime.Config{Workers: 4})
	require.NoError(t, err)
	defer rt.Close()
	seen := make([]int, tasks+1)
	spawnAll := future.Async(func(cx *future.Context) (none struct{}, err error) {
		spawn := func(n int) (future.Future[int], error) {
			return runtime.Go(cx, func(cx *future.Context) (int, error) {
				if n%3 == 0 {
					return n, timer.Sleep(cx, time.Duration(n%7)*time.Microsecond)
				}
				return n, future.Yield(cx)
			}), nil
		}
		for n, err := range stream.All(cx, stream.BufferUnordered(stream.Map(numbers(tasks), spawn), 64)) {
			if err != nil {
				return none, err
			}
			seen[n]++
		}
		return none, nil
	})
	_, err = runtime.BlockOn(t.Context(), rt, spawnAll)
	require.NoError(t, err)
	for n := 1; n <= tasks; n++ {
		require.Equal(t, 1, seen[n], "task %d", n)
	}
}
