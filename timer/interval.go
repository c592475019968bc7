package timer

import (
	"io"
	"iter"
	"math/bits"
	"time"

	"github.com/simmer-go/simmer/future"
)

// missedAfter is how late a tick may be before it counts as missed (tokio, time/interval.rs): a busy worker's usual
// lateness must not shift the schedule.
const missedAfter = uint64(5 * time.Millisecond)

// farBack is how many nanoseconds before the clock's beginning a tick may be due and still be counted with: half of what an int64
// holds.
const farBack = int64(1 << 62)

// MissedTick says how an [Interval] goes on when a tick was taken more than 5 ms late.
type MissedTick uint8

const (
	// Burst takes the missed ticks one after the other without waiting, until the schedule is caught up with.
	Burst MissedTick = iota
	// Delayed starts a new schedule: the next tick comes one period after the late one was taken.
	Delayed
	// Skip leaves the missed ticks out: the next one comes at the next time that is in the schedule.
	Skip
)

// next returns when the tick after a missed one comes.
func (m MissedTick) next(due, now, period int64) int64 {
	switch m {
	case Delayed:
		return saturatingAdd(now, period)
	case Skip:
		return saturatingAdd(now, period-int64(lateness(due, now)%uint64(period)))
	default:
		return saturatingAdd(due, period)
	}
}

// lateness returns now - due, which may be more than the largest int64: a schedule may begin in the year 1.
func lateness(due, now int64) uint64 {
	if now < due {
		return 0
	}
	return uint64(now) - uint64(due)
}

// Interval ticks. Make one with [Every] or [EveryAt]. Between two ticks it holds nothing that would have to be given back;
// one that was polled and is given up has a Drop. Not for concurrent use: one waiter, one goroutine at a time.
type Interval struct {
	delay  Delay
	period time.Duration
	missed MissedTick
	failed bool // the stream has yielded its error

	anchored bool
	start    time.Time // the time of the tick that is due at zero: ticks are exactly a period apart
	zero     int64     // nanoseconds of the delay's clock
}

// Every returns an interval whose first tick comes at once and each further one d after the one before. If d is zero or
// negative its ticks fail with [ErrBadPeriod].
func Every(d time.Duration) *Interval { return &Interval{period: d} }

// EveryAt is [Every] with the first tick at start. With Skip and a start long ago, the zero Time for example, it ticks at the full
// hours, minutes or whatever the period is; of ticks that were due more than 146 years ago only the first is told.
func EveryAt(start time.Time, d time.Duration) *Interval {
	it := &Interval{period: d}
	it.delay.at = &start
	return it
}

// Tick waits, in a body, for the next tick and returns the time for which it was due, which may have passed. It allocates
// nothing. It returns [ErrBadPeriod], [ErrClosed], or future.ErrCancelled in a deferred call of a body that unwinds.
func (it *Interval) Tick(cx *future.Context) (time.Time, error) {
	return future.AwaitPoll(cx, it.PollTick, it.Drop)
}

// PollTick is ready with the time of the next tick. Its errors are those of [Delay.Poll] and ErrBadPeriod.
func (it *Interval) PollTick(cx *future.Context) (tick time.Time, ready bool, err error) {
	if it.period <= 0 {
		return tick, true, ErrBadPeriod
	}
	if it.delay.clock != nil {
		it.zero = shifted(it.zero, it.delay.follow(cx))
	}
	if _, ready, err = it.delay.Poll(cx); !ready || err != nil {
		return tick, ready, err
	}
	due, now := it.delay.deadline, it.delay.clock.Nanos()
	if at := it.delay.at; at != nil && due < -farBack {
		tick = *at
		due = it.nearer(*at)
	} else {
		tick = it.timeOf(due)
	}
	next := saturatingAdd(due, int64(it.period))
	if lateness(due, now) > missedAfter {
		next = it.missed.next(due, now, int64(it.period))
	}
	it.delay.at, it.delay.elapsed = nil, false
	it.delay.move(next)
	return tick, true, nil
}

// PollNext makes the interval a stream of ticks, which has no end unless a tick fails: after that error it is io.EOF.
func (it *Interval) PollNext(cx *future.Context) (tick time.Time, ready bool, err error) {
	if it.failed {
		return tick, true, io.EOF
	}
	tick, ready, err = it.PollTick(cx)
	it.failed = err != nil
	return tick, ready, err
}

// All yields, in a body, the ticks, until one fails or the body unwinds.
func (it *Interval) All(cx *future.Context) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for {
			tick, err := it.Tick(cx)
			if err != nil || !yield(tick) {
				return
			}
		}
	}
}

// nearer takes a start that the clock can hardly count back to: it returns when a later tick of the same schedule was due, long
// ago too, and counts from that.
func (it *Interval) nearer(start time.Time) (due int64) {
	clock := it.delay.clock
	now, nanos := clock.Now(), clock.Nanos()
	seconds := uint64(now.Unix() - start.Unix() - 1)
	high, low := bits.Mul64(seconds, uint64(time.Second))
	low, carry := bits.Add64(low, uint64(time.Second)+uint64(now.Nanosecond())-uint64(start.Nanosecond()), 0)
	period := uint64(it.period)
	since := int64(bits.Rem64(high+carry, low, period))
	late := farBack - farBack%int64(period) + since
	it.anchored, it.start, it.zero = true, now.Add(-time.Duration(late)), nanos-late
	return nanos - late
}

// timeOf returns the time of a tick.
func (it *Interval) timeOf(due int64) time.Time {
	switch {
	case it.delay.at != nil:
		it.anchored, it.start, it.zero = true, *it.delay.at, due
	case !it.anchored:
		clock := it.delay.clock
		it.anchored, it.start, it.zero = true, clock.Now(), clock.Nanos()
	}
	return it.start.Add(time.Duration(due - it.zero))
}

// SetMissed sets what happens after a missed tick. Burst at first.
func (it *Interval) SetMissed(m MissedTick) { it.missed = m }

// Missed returns what happens after a missed tick.
func (it *Interval) Missed() MissedTick { return it.missed }

// Period returns the time between two ticks.
func (it *Interval) Period() time.Duration { return it.period }

// Reset makes the next tick come one period after this moment, or after the first poll if that is still to come.
func (it *Interval) Reset() { it.ResetAfter(it.period) }

// ResetImmediately makes the next tick come at once.
func (it *Interval) ResetImmediately() { it.ResetAfter(0) }

// ResetAfter makes the next tick come d after this moment, or after the first poll if that is still to come, and the
// further ones a period apart.
func (it *Interval) ResetAfter(d time.Duration) { it.delay.Reset(d) }

// ResetAt makes the next tick come at t and the further ones a period apart.
func (it *Interval) ResetAt(t time.Time) { it.delay.ResetAt(t) }

// Drop disarms the timer. cx may be nil. The schedule stays: the interval can be polled again.
func (it *Interval) Drop(cx *future.Context) { it.delay.Drop(cx) }
