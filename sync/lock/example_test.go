package lock_test

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// Three tasks share an account. The lock is held while they wait for something else; their worker runs others meanwhile.
func Example() {
	_ = runtime.Run(func(cx *future.Context) error {
		var mu lock.Mutex
		balance := 0
		deposit := func(cx *future.Context) (struct{}, error) {
			if err := mu.Lock(cx); err != nil {
				return struct{}{}, err
			}
			defer mu.Unlock(cx)
			before := balance
			err := future.Yield(cx) // stands for a look into a data base
			balance = before + 10
			return struct{}{}, err
		}
		var handles []*runtime.JoinHandle[struct{}]
		for range 3 {
			handles = append(handles, runtime.Go(cx, deposit))
		}
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return err
			}
		}
		fmt.Println(balance)
		return nil
	})
	// Output: 30
}

// A goroutine and a task share a lock.
func ExampleMutex_LockBlocking() {
	var mu lock.Mutex
	words := []string{}
	if err := mu.LockBlocking(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	words = append(words, "goroutine")
	mu.Unlock(nil)

	_ = runtime.Run(func(cx *future.Context) error {
		if err := mu.Lock(cx); err != nil {
			return err
		}
		defer mu.Unlock(cx)
		words = append(words, "task")
		return nil
	})
	fmt.Println(words)
	// Output: [goroutine task]
}

// Readers share; a writer that becomes a reader lets nobody change what it wrote.
func ExampleRWMutex() {
	_ = runtime.Run(func(cx *future.Context) error {
		var mu lock.RWMutex
		if err := mu.Lock(cx); err != nil {
			return err
		}
		config := "new"
		mu.Downgrade(cx)
		defer mu.RUnlock(cx)
		fmt.Println(config, mu.TryRLock(), mu.TryLock())
		mu.RUnlock(cx)
		return nil
	})
	// Output: new true false
}

// At most two of four downloads run at a time.
func ExampleSemaphore() {
	_ = runtime.Run(func(cx *future.Context) error {
		slots := lock.NewSemaphore(2)
		running, most := 0, 0
		var mu lock.Mutex
		count := func(cx *future.Context, by int) error {
			if err := mu.Lock(cx); err != nil {
				return err
			}
			defer mu.Unlock(cx)
			running += by
			most = max(most, running)
			return nil
		}
		download := func(cx *future.Context) (struct{}, error) {
			if err := slots.Acquire(cx, 1); err != nil {
				return struct{}{}, err
			}
			defer slots.Release(cx, 1)
			if err := count(cx, 1); err != nil {
				return struct{}{}, err
			}
			if err := future.Yield(cx); err != nil { // stands for the download
				return struct{}{}, err
			}
			return struct{}{}, count(cx, -1)
		}
		var handles []*runtime.JoinHandle[struct{}]
		for range 4 {
			handles = append(handles, runtime.Go(cx, download))
		}
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return err
			}
		}
		fmt.Println(most <= 2, slots.Available())
		return nil
	})
	// Output: true 2
}

// A part of a permit can be given back before the rest.
func ExamplePermit() {
	_ = runtime.Run(func(cx *future.Context) error {
		memory := lock.NewSemaphore(100)
		p, err := future.Await(cx, memory.Acquiring(60))
		if err != nil {
			return err
		}
		defer p.Drop(cx)
		buffer, _ := p.Split(50)
		buffer.Release(cx)
		fmt.Println(p.Count(), memory.Available())
		return nil
	})
	// Output: 10 90
}

// A task waits until there is something to take. It waits from before it looks, so that it misses nothing.
func ExampleNotify() {
	_ = runtime.Run(func(cx *future.Context) error {
		var changed lock.Notify
		var state lock.OnceCell[string]
		h := runtime.Go(cx, func(cx *future.Context) (string, error) {
			for {
				next := changed.Waiting()
				if s, ok := state.Get(); ok {
					next.Drop(cx)
					return s, nil
				}
				if _, err := future.Await(cx, next); err != nil {
					return "", err
				}
			}
		})
		if err := state.Set(cx, "ready"); err != nil {
			return err
		}
		changed.NotifyAll(cx)
		s, err := h.Await(cx)
		fmt.Println(s)
		return err
	})
	// Output: ready
}

// Three tasks meet; one of them sums up.
func ExampleBarrier() {
	_ = runtime.Run(func(cx *future.Context) error {
		meeting := lock.NewBarrier(3)
		leaders := 0
		var handles []*runtime.JoinHandle[bool]
		for range 3 {
			handles = append(handles, runtime.Go(cx, meeting.Wait))
		}
		for _, h := range handles {
			isLeader, err := h.Await(cx)
			if err != nil {
				return err
			}
			if isLeader {
				leaders++
			}
		}
		fmt.Println(leaders)
		return nil
	})
	// Output: 1
}

// The connection is made by the first who needs it.
func ExampleOnceCell() {
	_ = runtime.Run(func(cx *future.Context) error {
		var connection lock.OnceCell[string]
		for range 2 {
			c, err := connection.GetOrInit(cx, func(cx *future.Context) (string, error) {
				fmt.Println("connecting")
				return "connected", future.Yield(cx)
			})
			if err != nil {
				return err
			}
			fmt.Println(c)
		}
		return nil
	})
	// Output:
	// connecting
	// connected
	// connected
}

func ExampleSetOnce() {
	_ = runtime.Run(func(cx *future.Context) error {
		var address lock.SetOnce[string]
		h := runtime.Go(cx, address.Wait)
		if err := address.Set(cx, "127.0.0.1:80"); err != nil {
			return err
		}
		a, err := h.Await(cx)
		fmt.Println(a)
		return err
	})
	// Output: 127.0.0.1:80
}
