package mpsc_test

import (
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// Two tasks send to a third. The channel ends when both have closed their sender.
func Example() {
	err := runtime.Run(func(cx *future.Context) error {
		tx, rx := mpsc.New[int](2)
		for i := range 2 {
			tx := tx.Clone()
			runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
				defer tx.Close(cx)
				for v := range 3 {
					if err := tx.Send(cx, 10*i+v); err != nil {
						return struct{}{}, err
					}
				}
				return struct{}{}, nil
			})
		}
		tx.Close(cx)
		sum := 0
		for v := range rx.All(cx) {
			sum += v
		}
		fmt.Println(sum)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 36
	// <nil>
}

// A goroutine sends to a task.
func ExampleSender_SendBlocking() {
	err := runtime.Run(func(cx *future.Context) error {
		tx, rx := mpsc.New[string](1)
		ctx := cx.Context()
		go func() {
			defer tx.Close(nil)
			_ = tx.SendBlocking(ctx, "from a goroutine")
		}()
		v, err := rx.Recv(cx)
		fmt.Println(v)
		return err
	})
	fmt.Println(err)
	// Output:
	// from a goroutine
	// <nil>
}

// With a permit the value is made once there is room for it.
func ExampleSender_Reserve() {
	err := runtime.Run(func(cx *future.Context) error {
		tx, rx := mpsc.New[string](1)
		permit, err := tx.Reserve(cx)
		if err != nil {
			return err
		}
		fmt.Println(tx.TrySend(cx, "no room"))
		permit.Send(cx, "expensive value")
		v, err := rx.Recv(cx)
		fmt.Println(v)
		return err
	})
	fmt.Println(err)
	// Output:
	// mpsc: channel is full
	// expensive value
	// <nil>
}

// After Close, what was sent is still received.
func ExampleReceiver_Close() {
	tx, rx := mpsc.NewUnbounded[int]()
	_ = tx.Send(nil, 1)
	rx.Close(nil)
	fmt.Println(tx.Send(nil, 2))
	fmt.Println(rx.TryRecv(nil))
	fmt.Println(rx.TryRecv(nil))
	// Output:
	// mpsc: channel is closed
	// 1 <nil>
	// 0 mpsc: channel is closed
}

// A weak sender does not keep the channel open.
func ExampleWeakSender() {
	tx, _ := mpsc.New[int](1)
	weak := tx.Downgrade()
	again, ok := weak.Upgrade()
	fmt.Println(ok)
	again.Close(nil)
	tx.Close(nil)
	_, ok = weak.Upgrade()
	fmt.Println(ok)
	// Output:
	// true
	// false
}
