package crowd_test

import (
	"fmt"

	"github.com/simmer-go/simmer/sync/internal/crowd"
	"github.com/simmer-go/simmer/waker"
)

func Example() {
	var task waker.Header
	task.InitIdle(waker.NewExecutor(func(*waker.Header) { fmt.Println("woken") }))

	var c crowd.Crowd
	var receiver crowd.Member
	c.Join(&receiver)
	receiver.Wait(task.Waker()) // and then it would look at the channel once more
	c.Wake(nil)
	c.Leave(&receiver)
	// Output: woken
}
