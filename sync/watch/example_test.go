package watch_test

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/watch"
)

// A task follows the configuration, which somebody else sets.
func Example() {
	err := runtime.Run(func(cx *future.Context) error {
		tx, rx := watch.New("mild")
		cook := runtime.Go(cx, func(cx *future.Context) (string, error) {
			return rx.WaitFor(cx, func(spice string) bool { return spice != "mild" })
		})
		if err := tx.Send(cx, "hot"); err != nil {
			return err
		}
		tx.Close(cx)
		spice, err := cook.Await(cx)
		fmt.Println("cooked", spice)
		return err
	})
	fmt.Println(err)
	// Output:
	// cooked hot
	// <nil>
}

// A change that nobody has looked at is seen late, but it is seen; then comes the end.
func ExampleReceiver_Changed() {
	tx, rx := watch.New(1)
	_ = tx.Send(nil, 2)
	_ = tx.Send(nil, 3)
	tx.Close(nil)
	for rx.ChangedBlocking(context.Background()) == nil {
		fmt.Println(rx.GetAndUpdate())
	}
	// Output:
	// 3
}

// A map in the channel is changed in place, and looked at under the lock.
func ExampleSender_SendModify() {
	tx, rx := watch.New(map[string]int{})
	tx.SendModify(nil, func(stock *map[string]int) { (*stock)["eggs"] = 12 })
	rx.ViewAndUpdate(func(stock map[string]int) { fmt.Println(stock["eggs"]) })
	// Output:
	// 12
}
