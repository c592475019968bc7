package oneshot_test

import (
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// One task computes a value for another.
func Example() {
	err := runtime.Run(func(cx *future.Context) error {
		tx, rx := oneshot.New[int]()
		runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
			defer tx.Close(cx) // whatever happens, the receiver does not wait for ever
			return struct{}{}, tx.Send(cx, 6*7)
		})
		answer, err := rx.Recv(cx)
		fmt.Println(answer)
		return err
	})
	fmt.Println(err)
	// Output:
	// 42
	// <nil>
}

// A sender learns that nobody wants its value any more.
func ExampleSender_IsClosed() {
	tx, rx := oneshot.New[string]()
	fmt.Println(tx.IsClosed())
	rx.Drop(nil)
	fmt.Println(tx.IsClosed(), tx.Send(nil, "too late"))
	// Output:
	// false
	// true oneshot: channel is closed
}

// A client that asks again and again keeps one channel for all replies.
func ExampleChannel() {
	var reply oneshot.Channel[int]
	square := func(n int, tx oneshot.Sender[int]) { _ = tx.Send(nil, n*n) }
	for n := range 3 {
		square(n, reply.Sender())
		fmt.Println(reply.Receiver().TryRecv())
		reply.Reset()
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 4 <nil>
}
