package timer_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// executor is the smallest one with timers: a queue and a wheel. Package runtime has the real one.
type executor struct {
	local future.Local
	wheel *timer.Wheel
	clock *timer.Clock
	queue waker.Queue
}

func (e *executor) ScheduleNext(h *waker.Header)              { e.queue.Push(h) }
func (e *executor) ScheduleBack(h *waker.Header)              { e.queue.Push(h) }
func (e *executor) TaskContext(*waker.Header) context.Context { return context.Background() }

type body struct {
	waker.Header
	f future.Future[struct{}]
}

// run runs bodies until all have returned. Its clock is paused and jumps to the next deadline when all of them wait.
func run(bodies ...func(cx *future.Context) error) {
	e := &executor{clock: timer.NewPausedClock(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))}
	e.wheel = timer.NewWheel(e.clock, nil)
	e.local = future.Local{Executor: waker.NewExecutor(e.queue.Push), Worker: e, Clock: e.clock, Timers: timer.NewStage()}
	defer e.local.CloseBodies()
	for _, fn := range bodies {
		b := &body{f: future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, fn(cx) })}
		b.Init(e.local.Executor)
		e.queue.Push(&b.Header)
	}
	for left := len(bodies); left > 0; {
		h := e.queue.Pop()
		if h == nil {
			e.clock.Jump(e.wheel.Next())
			e.wheel.Turn(&e.local, e.clock.Nanos())
			continue
		}
		cx := future.NewContext(&e.local, h)
		h.Begin()
		e.local.BeginPoll()
		if _, ready, _ := holder.Of[body](h).f.Poll(&cx); ready {
			left--
		} else if e.local.TakeAgain() || h.Idle() == waker.PollAgain {
			e.queue.Push(h)
		}
		e.wheel.Apply(e.local.Timers)
	}
}

func ExampleSleep() {
	run(func(cx *future.Context) error {
		err := timer.Sleep(cx, time.Hour)
		fmt.Println("slow:", timer.Now(cx).Format(time.TimeOnly))
		return err
	}, func(cx *future.Context) error {
		err := timer.Sleep(cx, time.Minute)
		fmt.Println("fast:", timer.Now(cx).Format(time.TimeOnly))
		return err
	})
	// Output:
	// fast: 12:01:00
	// slow: 13:00:00
}

func ExampleTimeout() {
	run(func(cx *future.Context) error {
		answer := timer.After(time.Hour) // stands for a server that takes its time
		_, err := future.Await(cx, timer.Timeout(time.Second, answer))
		fmt.Println(err, errors.Is(err, timer.ErrElapsed))
		return nil
	})
	// Output:
	// simmer: timeout has elapsed true
}

func ExampleInterval() {
	run(func(cx *future.Context) error {
		it := timer.Every(90 * time.Second)
		for range 3 {
			tick, err := it.Tick(cx)
			if err != nil {
				return err
			}
			fmt.Println(tick.Format(time.TimeOnly))
		}
		return nil
	})
	// Output:
	// 12:00:00
	// 12:01:30
	// 12:03:00
}

// A cache forgets its entries after a while, with one timer for all.
func ExampleDelayQueue() {
	run(func(cx *future.Context) error {
		var expiry timer.DelayQueue[string]
		expiry.Insert(cx, "milk", 3*time.Hour)
		bread := expiry.Insert(cx, "bread", time.Hour)
		eggs := expiry.Insert(cx, "eggs", 2*time.Hour)
		expiry.Reset(bread, 4*time.Hour)
		expiry.Remove(eggs)
		for item := range expiry.All(cx) {
			fmt.Println(item.Value, timer.Now(cx).Format(time.TimeOnly))
		}
		return nil
	})
	// Output:
	// milk 15:00:00
	// bread 16:00:00
}
