package hand_test

import (
	"fmt"

	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/waker"
)

// A task that waits in a slot is woken once.
func Example() {
	task := hand.NewTask()
	var slot waker.Slot
	slot.Set(task.Cx.Waker())
	fmt.Println(task.WasWoken())
	slot.Take().Wake()
	fmt.Println(task.WasWoken(), task.WasWoken())
	// Output:
	// false
	// true false
}
