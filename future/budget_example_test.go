package future_test

import (
	"fmt"

	"github.com/simmer-go/simmer/future"
)

// A computation that lets others run now and then. covers: F82
func ExampleConsumeBudget() {
	sum := func(cx *future.Context) (total int, err error) {
		for i := range 1000 {
			total += i
			if err := future.ConsumeBudget(cx); err != nil {
				return 0, err
			}
		}
		return total, nil
	}
	fmt.Println(runAlone(future.Async(sum)))
	// Output: 499500 <nil>
}

// runAlone polls f until it is ready.
func runAlone[T any](f future.Future[T]) (T, error) {
	var local future.Local
	defer local.CloseBodies()
	cx := future.NewContext(&local, nil)
	for {
		local.BeginPoll()
		if value, ready, err := f.Poll(&cx); ready {
			return value, err
		}
	}
}
