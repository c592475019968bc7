package simmer_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// once is a hand-written future.
type once struct{ v int }

func (o *once) Poll(*simmer.Context) (int, bool, error) { return o.v, true, nil }

func TestTheFrontDoorLeadsToThePackages(t *testing.T) {
	rt, err := simmer.New(simmer.Config{Workers: 1, Clock: timer.NewPausedClock(time.Unix(0, 0))})
	require.NoError(t, err)
	sum, err := simmer.BlockOn(t.Context(), rt, simmer.Async(func(cx *simmer.Context) (int, error) {
		a, err := simmer.Spawn(cx, &once{1}).Await(cx)
		if err != nil {
			return 0, err
		}
		b, err := simmer.Await(cx, &once{2})
		if err != nil {
			return 0, err
		}
		c, err := simmer.Go(cx, func(cx *simmer.Context) (int, error) { return 4, simmer.Yield(cx) }).Await(cx)
		if err != nil {
			return 0, err
		}
		d, err := simmer.SpawnBlocking(cx, func(context.Context) (int, error) { return 8, nil }).Await(cx)
		return a + b + c + d, errors.Join(err, simmer.Sleep(cx, time.Hour))
	}))
	require.NoError(t, err)
	require.Equal(t, 15, sum)
	require.NoError(t, rt.Close())
}

func TestTheFrontDoorsTypesAreThePackages(t *testing.T) {
	var on simmer.Spawner = (*runtime.Runtime)(nil)
	on = (*future.Context)(nil)
	_, err := simmer.Spawn[int](on, nil).Wait(t.Context())
	require.ErrorIs(t, err, future.ErrNilFuture)
	var h *runtime.JoinHandle[int] = simmer.Go(on, func(*future.Context) (int, error) { return 0, nil })
	_, err = h.Wait(t.Context())
	var join *runtime.JoinError
	require.ErrorAs(t, err, &join)
	var _ *simmer.JoinError = join
	var _ simmer.Future[int] = &once{}
}

func TestATracedSpawnThroughTheFrontDoorShowsItsCaller(t *testing.T) {
	rt, err := simmer.New(simmer.Config{Workers: 1, TraceSpawn: true})
	require.NoError(t, err)
	simmer.Go(rt, func(cx *simmer.Context) (int, error) { return 0, simmer.Sleep(cx, time.Hour) })
	simmer.Spawn(rt, future.Func(func(*simmer.Context) (int, bool, error) { return 0, false, nil }))
	running := make(chan struct{})
	simmer.SpawnBlocking(rt, func(ctx context.Context) (int, error) { close(running); <-ctx.Done(); return 0, nil })
	<-running
	n := 0
	for info := range rt.Tasks() {
		file, _, _ := strings.Cut(filepath.Base(info.Site), ":")
		require.Equal(t, "simmer_test.go", file)
		n++
	}
	require.Equal(t, 3, n)
	require.NoError(t, rt.Close())
}

func TestRunReturnsTheBodysError(t *testing.T) {
	own := errors.New("own")
	require.Equal(t, own, simmer.Run(func(*simmer.Context) error { return own }))
}
