package broadcast_test

import (
	"errors"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
)

// Each of the cooks gets each order.
func Example() {
	err := runtime.Run(func(cx *future.Context) error {
		tx := broadcast.NewSender[string](16)
		cook := func() *runtime.JoinHandle[int] {
			rx := tx.Subscribe()
			return runtime.Go(cx, func(cx *future.Context) (orders int, _ error) {
				defer rx.Close(cx)
				for _, err := range rx.All(cx) {
					if err == nil {
						orders++
					}
				}
				return orders, nil
			})
		}
		cooks := []*runtime.JoinHandle[int]{cook(), cook()}
		for _, order := range []string{"soup", "salad", "pasta"} {
			if _, err := tx.Send(cx, order); err != nil {
				return err
			}
		}
		tx.Close(cx)
		for _, c := range cooks {
			orders, err := c.Await(cx)
			fmt.Println(orders, err)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// 3 <nil>
	// 3 <nil>
	// <nil>
}

// A receiver that is too slow learns how much it has missed, and goes on.
func ExampleLaggedError() {
	tx, rx := broadcast.New[int](2)
	for i := range 5 {
		_, _ = tx.Send(nil, i)
	}
	for range 3 {
		v, err := rx.TryRecv()
		var lagged *broadcast.LaggedError
		if errors.As(err, &lagged) {
			fmt.Println("missed", lagged.Skipped)
			continue
		}
		fmt.Println(v)
	}
	// Output:
	// missed 3
	// 3
	// 4
}
