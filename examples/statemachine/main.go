// Command statemachine writes the same task twice, by hand and as a body, and shows what the hand-written one saves.
//
// A body is straight-line code, but it needs a stack while it waits: about 2.8 KB, and a switch of stacks at each wait. A
// state machine keeps what it must remember in a struct, here 64 bytes, lives in the task's own allocation with
// SpawnValue, and is polled by a plain method call: more than ten times less memory while it waits, and a switch that is five to
// ten times faster. The price is the code below: what the body says with a loop, the machine says with fields. It pays where
// there are very many tasks that do little, such as a million connections; elsewhere write bodies.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// step is the time that a dish needs between two looks at it.
const step = 10 * time.Millisecond

// cook is the recipe as a body.
func cook(cx *simmer.Context, looks int) (string, error) {
	for range looks {
		if err := simmer.Sleep(cx, step); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("ready after %d looks", looks), nil
}

// dish is the recipe as a state machine: a future whose fields are what cook has in its loop variable and on its stack.
type dish struct {
	looks int         // how often to look
	done  int         // how often that has happened
	delay timer.Delay // until the next look
}

func newDish(looks int) *dish {
	d := &dish{looks: looks}
	d.delay.Reset(step) // counts from its first poll
	return d
}

// Poll goes on from where the last poll has stopped, as far as it gets without waiting.
func (d *dish) Poll(cx *simmer.Context) (string, bool, error) {
	for d.done < d.looks {
		_, ready, err := d.delay.Poll(cx) // sees to it that the task is woken if it is not ready
		if !ready {
			return "", false, nil
		}
		if err != nil {
			return "", true, err
		}
		d.done++
		d.delay.Reset(step)
	}
	return fmt.Sprintf("ready after %d looks", d.looks), true, nil
}

// Drop is called instead of another poll when the task is cancelled: it takes the timer off the wheel.
func (d *dish) Drop(cx *simmer.Context) { d.delay.Drop(cx) }

func main() {
	err := simmer.Run(func(cx *simmer.Context) error {
		body := simmer.Go(cx, func(cx *simmer.Context) (string, error) { return cook(cx, 3) })
		machine := runtime.SpawnValue(cx, newDish(3))

		fromBody, err1 := body.Await(cx)
		fromMachine, err2 := machine.Await(cx)
		fmt.Println("body:", fromBody)
		fmt.Println("state machine:", fromMachine)
		return errors.Join(err1, err2)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
