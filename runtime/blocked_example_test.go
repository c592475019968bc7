package runtime_test

import (
	"context"
	"fmt"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// One worker, and a task that blocks it against all rules: another worker goes on with the timer.
func Example_rescue() {
	rt, err := runtime.New(runtime.Config{Workers: 1, Blocked: runtime.BlockedRescue})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	release := make(chan string)
	blocks := runtime.Go(rt, func(*future.Context) (string, error) { return <-release, nil })
	sleeps := runtime.Go(rt, func(cx *future.Context) (string, error) {
		return "the timer goes on", timer.Sleep(cx, time.Millisecond)
	})
	fmt.Println(sleeps.Wait(context.Background()))
	release <- "the blocked poll ends"
	fmt.Println(blocks.Wait(context.Background()))
	// Output:
	// the timer goes on <nil>
	// the blocked poll ends <nil>
}
