package scheduler_test

import (
	"fmt"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

// countdown is a task that yields n times.
type countdown struct {
	scheduler.Task // must be first
	n              int
	done           chan struct{}
}

func (c *countdown) PollTask(cx *future.Context) bool {
	if c.n == 0 {
		close(c.done)
		return true
	}
	fmt.Println(c.n)
	c.n--
	cx.Again()
	return false
}

func (c *countdown) DropTask(*future.Context) {}

func (c *countdown) Origin() string { return "countdown" }

// systemClock is the least that a scheduler needs from outside, beside a Parking.
type systemClock struct{ start time.Time }

func (c systemClock) Now() time.Time { return time.Now() }
func (c systemClock) Nanos() int64   { return int64(time.Since(c.start)) }

func Example() {
	clock := systemClock{start: time.Now()}
	s := scheduler.New(2, scheduler.Env{Clock: clock, Parking: scheduler.NewChannelParking(clock, 2)})
	c := &countdown{n: 3, done: make(chan struct{})}
	c.Prepare(c)
	s.Spawn(&c.Task)
	<-c.done
	<-s.Close()
	fmt.Println(c.Outcome())
	// Output:
	// 3
	// 2
	// 1
	// returned
}
