package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

func ExampleRun() {
	err := runtime.Run(func(cx *future.Context) error {
		h := runtime.Go(cx, func(cx *future.Context) (string, error) {
			return "done", timer.Sleep(cx, time.Millisecond)
		})
		result, err := h.Await(cx)
		fmt.Println("Task returned:", result)
		return err
	})
	fmt.Println(err)
	// Output:
	// Task returned: done
	// <nil>
}

// A runtime inside a larger program: goroutines go in with BlockOn, and Shutdown lets the tasks end.
func ExampleNew() {
	rt, err := runtime.New(runtime.Config{Name: "kitchen", Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	soup := runtime.Go(rt, func(cx *future.Context) (string, error) {
		return "soup", timer.Sleep(cx, time.Millisecond)
	})
	dish, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (string, error) {
		return soup.Await(cx)
	}))
	fmt.Println(dish, err)
	fmt.Println(rt.Shutdown(context.Background()))
	// Output:
	// soup <nil>
	// <nil>
}

// countdown is a hand-written future: a few bytes instead of a stack.
type countdown struct{ from int }

func (c *countdown) Poll(cx *future.Context) (string, bool, error) {
	if c.from == 0 {
		return "lift-off", true, nil
	}
	c.from--
	cx.Again()
	return "", false, nil
}

func ExampleSpawnValue() {
	err := runtime.Run(func(cx *future.Context) error {
		said, err := runtime.SpawnValue(cx, &countdown{from: 3}).Await(cx)
		fmt.Println(said)
		return err
	})
	fmt.Println(err)
	// Output:
	// lift-off
	// <nil>
}

// An error of the task's own, a panic and a cancellation can be told apart.
func ExampleJoinError() {
	_ = runtime.Run(func(cx *future.Context) error {
		failing := runtime.Go(cx, func(*future.Context) (int, error) { return 0, errors.New("server is down") })
		panicking := runtime.Go(cx, func(*future.Context) (int, error) { panic("boom") })
		aborted := runtime.Go(cx, func(cx *future.Context) (int, error) { return 0, timer.Sleep(cx, time.Hour) })
		aborted.Abort()
		for _, h := range []*runtime.JoinHandle[int]{failing, panicking, aborted} {
			_, err := h.Await(cx)
			var join *runtime.JoinError
			switch {
			case !errors.As(err, &join):
				fmt.Println("error:", err)
			case join.IsPanic():
				fmt.Println("panic:", join.Panic())
			default:
				fmt.Println("cancelled:", join.IsCancelled())
			}
		}
		return nil
	})
	// Output:
	// error: server is down
	// panic: boom
	// cancelled: true
}

// A task that is spawned through a cx ends with the task that has spawned it, unless it is detached.
func ExampleJoinHandle_Detach() {
	var kept, lost *runtime.JoinHandle[string]
	rt, err := runtime.New(runtime.Config{Workers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	simmer := func(cx *future.Context) (string, error) { return "done", timer.Sleep(cx, time.Millisecond) }
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		kept, lost = runtime.Go(cx, simmer), runtime.Go(cx, simmer)
		kept.Detach()
		return none{}, nil
	})
	_, _ = owner.Wait(context.Background())
	result, _ := kept.Wait(context.Background())
	_, err = lost.Wait(context.Background())
	fmt.Println(result, errors.Is(err, runtime.ErrCancelled))
	fmt.Println(rt.Close())
	// Output:
	// done true
	// <nil>
}

func ExampleSpawnBlocking() {
	err := runtime.Run(func(cx *future.Context) error {
		text, err := runtime.SpawnBlocking(cx, func(context.Context) (string, error) {
			return strings.ToUpper("read from a slow disk"), nil
		}).Await(cx)
		fmt.Println(text)
		return err
	})
	fmt.Println(err)
	// Output:
	// READ FROM A SLOW DISK
	// <nil>
}

// Tests of code that sleeps: the clock jumps when nothing is runnable.
func ExampleConfig_clock() {
	clock := timer.NewPausedClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	rt, err := runtime.New(runtime.Config{Workers: 1, Clock: clock})
	if err != nil {
		fmt.Println(err)
		return
	}
	now, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (time.Time, error) {
		err := timer.Sleep(cx, 48*time.Hour)
		return timer.Now(cx), err
	}))
	fmt.Println(now.Format(time.DateOnly), err)
	fmt.Println(rt.Close())
	// Output:
	// 2026-01-03 <nil>
	// <nil>
}
