package timer

import (
	"math"
	"sync"
	"time"

	"github.com/simmer-go/simmer/internal/sy"
)

// Clock is a source of time that can be paused and moved, for tests. It is a future.Clock. All methods may be called by
// any goroutine.
//
// While it runs it follows the system's monotonic clock. While it is paused it shows the same time until it is moved: by
// Advance, or by a runtime all of whose tasks wait, which moves it to the next deadline (see SetAutoAdvance). Timers on a
// paused clock fire exactly at their deadlines.
//
// Ownership. Each reading of state is immutable; who changes the clock puts a new one in its place, in one
// compare-and-swap.
type Clock struct {
	start time.Time
	state sy.Pointer[reading]
	still sy.Bool // no automatic advance

	mu    sync.Mutex
	hooks map[*func()]struct{}
}

// reading tells how far the clock is: nanos if it is paused, and nanos plus what has passed since the moment if it runs.
type reading struct {
	nanos  int64
	since  time.Time
	paused bool
	system bool // never paused: it shows the system's time
}

// anchored is for how long a running clock counts from one reading of the system's wall clock: it is late by so much to notice
// that somebody has set that one. To read one clock takes 0.6 of the time of both.
const anchored = time.Second

// NewClock returns a running clock that begins at zero nanoseconds.
func NewClock() *Clock {
	now := time.Now()
	return newClock(now, reading{since: now, system: true})
}

// NewPausedClock returns a clock that is paused at start. Its times have no monotonic reading if start has none.
func NewPausedClock(start time.Time) *Clock { return newClock(start, reading{paused: true}) }

func newClock(start time.Time, r reading) *Clock {
	c := &Clock{start: start, hooks: make(map[*func()]struct{})}
	c.state.Store(&r)
	return c
}

// Now returns the time. A clock that was never paused returns the system's; after the system's wall clock was set, or the system has slept,
// it may take a second until the wall clock's part of it follows. The monotonic part, which differences and timers go by, is exact.
func (c *Clock) Now() time.Time {
	r := c.state.Load()
	if !r.system {
		return c.start.Add(time.Duration(r.now()))
	}
	passed := time.Since(r.since)
	if passed < anchored {
		return r.since.Add(passed)
	}
	return c.anchor(r)
}

// anchor has the clock, which was never paused, count from this moment in place of r's, and returns it.
func (c *Clock) anchor(r *reading) time.Time {
	now := time.Now()
	c.state.CompareAndSwap(r, &reading{nanos: saturatingAdd(r.nanos, int64(now.Sub(r.since))), since: now, system: true})
	return now
}

// Nanos returns the nanoseconds since the clock began. It does not go backwards, except for who reads it beside [Clock.Pause].
func (c *Clock) Nanos() int64 { return c.state.Load().now() }

func (r *reading) now() int64 {
	if r.paused {
		return r.nanos
	}
	return saturatingAdd(r.nanos, int64(time.Since(r.since)))
}

// IsPaused reports whether the clock stands still.
func (c *Clock) IsPaused() bool { return c.state.Load().paused }

// Pause stops the clock. It panics if the clock is paused. A goroutine that reads the clock beside Pause may see the time
// up to the moment at which Pause returns, and after that the slightly earlier one at which the clock has stopped.
func (c *Clock) Pause() {
	c.change(func(r *reading) reading {
		if r.paused {
			panic("simmer: Pause of a clock that is paused")
		}
		return reading{nanos: r.now(), paused: true}
	})
}

// Resume lets the clock run on from where it stands. It panics if the clock runs.
func (c *Clock) Resume() {
	c.change(func(r *reading) reading {
		if !r.paused {
			panic("simmer: Resume of a clock that runs")
		}
		return reading{nanos: r.nanos, since: time.Now()}
	})
}

// Advance moves a paused clock by d and has all workers look at their timers; it does not wait for the tasks that this
// wakes. It panics if the clock runs, or if d is negative.
func (c *Clock) Advance(d time.Duration) {
	if d < 0 {
		panic("simmer: Advance by a negative duration: a clock never goes backwards")
	}
	c.change(func(r *reading) reading {
		if !r.paused {
			panic("simmer: Advance of a clock that runs: pause it first")
		}
		return reading{nanos: saturatingAdd(r.nanos, int64(d)), paused: true}
	})
}

// Jump moves a paused clock forward to the given nanoseconds, if that is later than it shows, and reports true. It reports
// false, and does nothing, if the clock runs, if automatic advance is off, or if to is math.MaxInt64: there is nothing to
// jump to. For executors: when nothing is runnable.
func (c *Clock) Jump(to int64) bool {
	if c.still.Load() || to == math.MaxInt64 {
		return false
	}
	for {
		r := c.state.Load()
		if !r.paused {
			return false
		}
		if to <= r.nanos {
			return true
		}
		if c.state.CompareAndSwap(r, &reading{nanos: to, paused: true}) {
			c.changed()
			return true
		}
	}
}

// SetAutoAdvance tells whether executors that have nothing to run may move the clock, while it is paused, to their next
// deadline. It is on at first.
func (c *Clock) SetAutoAdvance(on bool) {
	c.still.Store(!on)
	c.changed()
}

// OnAdvance has f called after each change of the clock by Pause, Resume, Advance, Jump or SetAutoAdvance, by the goroutine
// that makes it, until remove is called. For executors, which then have all workers look at their timers. f must not
// block, nor change the clock.
func (c *Clock) OnAdvance(f func()) (remove func()) {
	key := &f
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks[key] = struct{}{}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.hooks, key)
	}
}

func (c *Clock) change(to func(*reading) reading) {
	for {
		r := c.state.Load()
		next := to(r)
		if c.state.CompareAndSwap(r, &next) {
			c.changed()
			return
		}
	}
}

func (c *Clock) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for f := range c.hooks {
		(*f)()
	}
}

// saturatingAdd returns a + b, or the largest int64 if that is more. One of them must not be negative.
func saturatingAdd(a, b int64) int64 {
	sum := a + b
	if b > 0 && sum < a {
		return math.MaxInt64
	}
	return sum
}
