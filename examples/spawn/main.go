// Command spawn starts one task and waits for its result: the smallest program of the runtime.
//
// Spawning is putting a recipe card on the board: the call returns at once with a receipt, the handle, and a cook takes the
// card. Awaiting the handle suspends main's own task until the dish is done; no worker waits meanwhile.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/simmer-go/simmer"
)

func main() {
	err := simmer.Run(func(cx *simmer.Context) error {
		handle := simmer.Go(cx, func(cx *simmer.Context) (string, error) {
			err := simmer.Sleep(cx, 100*time.Millisecond)
			return "done", err
		})
		result, err := handle.Await(cx)
		if err != nil {
			return err
		}
		fmt.Println("Task returned:", result)
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
