package runtime_test

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// Tasks that are pinned to one worker count together without a lock.
func ExampleGoLocal() {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	fmt.Println(runtime.GoPinned(rt, 1, func(cx *future.Context) (int, error) {
		count := 0
		var handles []*runtime.JoinHandle[struct{}]
		for range 100 {
			handles = append(handles, runtime.GoLocal(cx, func(cx *future.Context) (struct{}, error) {
				count++
				return struct{}{}, future.Yield(cx)
			}))
		}
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return 0, err
			}
		}
		return count, nil
	}).Wait(context.Background()))
	// Output: 100 <nil>
}
