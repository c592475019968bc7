// Command selecting collects messages and writes them in batches: when a batch is full, when time is up, and at the end.
//
// The loop waits for three things at once: the next message, a tick, and the request to stop. Its branches are made once, before
// the loop; If switches one off for a turn.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/timer"
)

const (
	full   = 3
	period = 20 * time.Millisecond
)

func main() {
	err := simmer.Run(func(cx *simmer.Context) error {
		tx, rx := mpsc.New[string](8)
		for _, message := range []string{"a", "b", "c", "d"} {
			if err := tx.Send(cx, message); err != nil {
				return err
			}
		}
		stop := cancellation.New()
		collecting := simmer.Go(cx, func(cx *simmer.Context) (int, error) { return collect(cx, rx, stop) })
		if err := simmer.Sleep(cx, 3*period); err != nil { // a batch is full, and time is up for the fourth
			return err
		}
		if err := tx.Send(cx, "e"); err != nil {
			return err
		}
		stop.Cancel(cx)
		batches, err := collecting.Await(cx)
		fmt.Println("batches:", batches)
		return err
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// errStop ends the loop.
var errStop = errors.New("stop")

// collect writes what it receives until stop is cancelled, and returns how many batches that were. It leaves no message behind
// that was sent before.
func collect(cx *simmer.Context, rx *mpsc.Receiver[string], stop *cancellation.Token) (batches int, err error) {
	defer rx.Drop(cx)
	var batch []string
	write := func() error {
		fmt.Println(strings.Join(batch, " "))
		batch, batches = batch[:0], batches+1
		return nil
	}
	ticks := timer.Every(period)
	defer ticks.Drop(cx)
	stopped := stop.Done()
	defer stopped.Drop(cx)

	message := future.On(future.Func(rx.PollRecv), func(m string, err error) error {
		if err != nil {
			return err
		}
		if batch = append(batch, m); len(batch) == full {
			return write()
		}
		return nil
	})
	tick := future.On(future.Func(ticks.PollTick), func(time.Time, error) error { return write() })
	end := future.On(future.Ref(stopped), func(struct{}, error) error { return errStop })
	for err == nil {
		// Biased: what was sent before the end is received before the end is looked at.
		err = future.SelectBiased(cx, message, tick.If(len(batch) > 0), end)
	}
	if len(batch) > 0 {
		err = errors.Join(err, write())
	}
	if errors.Is(err, errStop) {
		err = nil
	}
	return batches, err
}
