package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// Results as they arrive, whatever the order of the spawns.
func ExampleJoinSet() {
	err := runtime.Run(func(cx *future.Context) error {
		var dishes runtime.JoinSet[string]
		for name, d := range map[string]time.Duration{"stew": 60, "salad": 1, "soup": 30} {
			dishes.Go(cx, func(cx *future.Context) (string, error) {
				return name, timer.Sleep(cx, d*time.Millisecond)
			})
		}
		for _, dish := range dishes.All(cx) {
			fmt.Println(dish.Value, dish.Err)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// salad <nil>
	// soup <nil>
	// stew <nil>
	// <nil>
}

func ExampleJoinMap() {
	err := runtime.Run(func(cx *future.Context) error {
		var orders runtime.JoinMap[string, int]
		simmer := func(minutes int) func(cx *future.Context) (int, error) {
			return func(cx *future.Context) (int, error) {
				return minutes, timer.Sleep(cx, time.Duration(minutes)*time.Millisecond)
			}
		}
		orders.Go(cx, "table 1", simmer(20))
		orders.Go(cx, "table 2", simmer(50))
		orders.Go(cx, "table 1", simmer(1)) // they have changed their minds
		for table, dish := range orders.All(cx) {
			fmt.Println(table, dish.Value)
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// table 1 1
	// table 2 50
	// <nil>
}

func ExampleJoinQueue() {
	err := runtime.Run(func(cx *future.Context) error {
		var courses runtime.JoinQueue[string]
		for i, name := range []string{"starter", "main course", "dessert"} {
			courses.Go(cx, func(cx *future.Context) (string, error) {
				return name, timer.Sleep(cx, time.Duration(3-i)*time.Millisecond)
			})
		}
		menu, err := courses.JoinAll(cx)
		fmt.Println(menu)
		return err
	})
	fmt.Println(err)
	// Output:
	// [starter main course dessert]
	// <nil>
}

// The first failure cancels the rest, and the scope ends when all have ended.
func ExampleScope() {
	err := runtime.Run(func(cx *future.Context) error {
		return runtime.Scope(cx, func(n *runtime.Nursery) error {
			n.Go(cx, func(cx *future.Context) error {
				defer fmt.Println("the stew is taken off the fire")
				return timer.Sleep(cx, time.Hour)
			})
			n.Go(cx, func(cx *future.Context) error {
				if err := timer.Sleep(cx, time.Millisecond); err != nil {
					return err
				}
				return errors.New("out of salt")
			})
			return nil
		})
	})
	fmt.Println(err)
	// Output:
	// the stew is taken off the fire
	// out of salt
}

// Children with values: their handles are there when the scope has ended.
func ExampleScopeGo() {
	err := runtime.Run(func(cx *future.Context) error {
		var soup, bread *runtime.JoinHandle[string]
		err := runtime.Scope(cx, func(n *runtime.Nursery) error {
			soup = runtime.ScopeGo(cx, n, func(*future.Context) (string, error) { return "soup", nil })
			bread = runtime.SpawnBlocking(n.On(cx), func(context.Context) (string, error) { return "bread", nil })
			return nil
		})
		if err != nil {
			return err
		}
		first, _ := soup.Await(cx)
		second, _ := bread.Await(cx)
		fmt.Println(first, "and", second)
		return nil
	})
	fmt.Println(err)
	// Output:
	// soup and bread
	// <nil>
}

// A graceful end: no more guests, and everybody finishes the meal.
func ExampleTaskTracker() {
	err := runtime.Run(func(cx *future.Context) error {
		var guests runtime.TaskTracker
		for range 3 {
			runtime.Go(guests.On(cx), func(cx *future.Context) (int, error) {
				return 0, timer.Sleep(cx, time.Millisecond)
			})
		}
		fmt.Println(guests.Len(), "guests")
		guests.Close(cx)
		err := guests.Wait(cx)
		fmt.Println(guests.Len(), "guests")
		return err
	})
	fmt.Println(err)
	// Output:
	// 3 guests
	// 0 guests
	// <nil>
}

var table = runtime.NewLocal[int]()

func serve(cx *future.Context) (string, error) {
	n, _ := table.Get(cx) // no parameter has carried it here
	return fmt.Sprint("for table ", n), timer.Sleep(cx, time.Millisecond)
}

func ExampleLocal() {
	err := runtime.Run(func(cx *future.Context) error {
		h := runtime.Go(table.On(cx, 7), serve)
		said, err := h.Await(cx)
		fmt.Println(said)
		if err != nil {
			return err
		}
		return table.With(cx, 8, func(cx *future.Context) error {
			said, err := runtime.Go(cx, serve).Await(cx) // children inherit
			fmt.Println(said)
			return err
		})
	})
	fmt.Println(err)
	// Output:
	// for table 7
	// for table 8
	// <nil>
}

func ExampleHooked() {
	err := runtime.Run(func(cx *future.Context) error {
		polls := 0
		on := runtime.Hooked(cx, runtime.TaskHooks{
			OnPollBegin: func(runtime.TaskMeta) { polls++ },
			OnEnd:       func(m runtime.TaskMeta) { fmt.Println(m.Name(), "has ended") },
		})
		_, err := runtime.Go(runtime.Named(on, "soup"), func(cx *future.Context) (int, error) {
			return 0, future.Yield(cx)
		}).Await(cx)
		fmt.Println(polls, "polls")
		return err
	})
	fmt.Println(err)
	// Output:
	// soup has ended
	// 2 polls
	// <nil>
}
