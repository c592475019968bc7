package future_test

import (
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// A body waits twice; between two polls it holds no worker.
func ExampleAsync() {
	var mailbox struct {
		waker.Slot
		full bool
	}
	receive := future.Func(func(cx *future.Context) (string, bool, error) {
		mailbox.Set(cx.Waker()) // first the waker, then the condition
		if !mailbox.full {
			return "", false, nil
		}
		return "hello", true, nil
	})
	body := future.Async(func(cx *future.Context) (int, error) {
		text, err := future.Await(cx, receive)
		return len(text), err
	})

	// What a worker does.
	var local future.Local
	defer local.CloseBodies()
	task := new(waker.Header)
	task.Init(waker.NewExecutor(func(*waker.Header) { fmt.Println("woken") }))
	cx := future.NewContext(&local, task)
	local.BeginPoll()
	_, ready, _ := body.Poll(&cx)
	fmt.Println("ready:", ready, task.Idle() == waker.Parked)

	mailbox.full = true
	mailbox.Take().Wake()

	task.Begin()
	local.BeginPoll()
	n, ready, err := body.Poll(&cx)
	fmt.Println("ready:", ready, n, err)
	// Output:
	// ready: false true
	// woken
	// ready: true 5 <nil>
}

// The cleanup of an unfinished body runs when it is dropped.
func ExampleDrop() {
	never := future.Func(func(*future.Context) (int, bool, error) { return 0, false, nil })
	body := future.Async(func(cx *future.Context) (int, error) {
		defer fmt.Println("cleaned up")
		return future.Await(cx, never)
	})
	var local future.Local
	defer local.CloseBodies()
	cx := future.NewContext(&local, new(waker.Header))
	body.Poll(&cx)
	future.Drop(&cx, body)
	// Output: cleaned up
}
