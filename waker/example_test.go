package waker_test

import (
	"fmt"

	"github.com/simmer-go/simmer/waker"
)

// An executor is a function that queues. A task is polled until nothing has woken it meanwhile.
func Example() {
	var queue waker.Queue
	exec := waker.NewExecutor(queue.Push)

	var task waker.Header
	var mailbox waker.Slot
	task.InitIdle(exec)

	mailbox.Set(task.Waker()) // the task waits
	mailbox.Take().Wake()     // somebody has put a message in
	mailbox.Take().Wake()     // nobody waits any more

	for h := queue.Pop(); h != nil; h = queue.Pop() {
		h.Begin()
		fmt.Println("polled")
		h.Finish()
	}
	// Output: polled
}

// A List serves its waiters in the order in which they came.
func ExampleList() {
	var tasks [3]waker.Header
	var nodes [3]waker.Node
	var waiting waker.List
	for i := range tasks {
		waiting.Add(&nodes[i], tasks[i].Waker())
	}
	waiting.Remove(&nodes[1]) // gave up
	for waiting.Len() > 0 {
		switch waiting.Pop().Header() {
		case &tasks[0]:
			fmt.Println("first")
		case &tasks[2]:
			fmt.Println("third")
		}
	}
	// Output:
	// first
	// third
}
