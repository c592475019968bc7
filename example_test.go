package simmer_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/simmer-go/simmer"
)

func Example() {
	err := simmer.Run(func(cx *simmer.Context) error {
		h := simmer.Go(cx, func(cx *simmer.Context) (string, error) {
			return "done", simmer.Sleep(cx, time.Millisecond)
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

// Several requests at the same time, their results in the order of the requests.
func Example_concurrent() {
	fetch := func(cx *simmer.Context, id int) (string, error) {
		if err := simmer.Sleep(cx, time.Millisecond); err != nil {
			return "", err
		}
		if id%3 == 0 {
			return "", fmt.Errorf("server %d is down", id)
		}
		return fmt.Sprintf("data from %d", id), nil
	}
	err := simmer.Run(func(cx *simmer.Context) error {
		var handles []*simmer.JoinHandle[string]
		for id := range 5 {
			handles = append(handles, simmer.Go(cx, func(cx *simmer.Context) (string, error) { return fetch(cx, id) }))
		}
		for _, h := range handles {
			data, err := h.Await(cx)
			var join *simmer.JoinError
			switch {
			case err == nil:
				fmt.Println("Success:", data)
			case errors.As(err, &join):
				fmt.Println("Task failed:", join)
			default:
				fmt.Println("App error:", err)
			}
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// App error: server 0 is down
	// Success: data from 1
	// Success: data from 2
	// App error: server 3 is down
	// Success: data from 4
	// <nil>
}
