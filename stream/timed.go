package stream

import (
	"io"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
)

// Throttle returns a stream that, after each item, waits for d before it asks s for the next one. With a d that is not positive
// it is s.
func Throttle[T any](s Stream[T], d time.Duration) Stream[T] {
	if d <= 0 {
		return s
	}
	return &throttled[T]{from: from(s), d: d, pause: timer.After(0), pausing: true}
}

// throttled begins with a pause of no length: from then on its Delay has a clock, by which a Reset counts from its own moment.
type throttled[T any] struct {
	from    source[T]
	d       time.Duration
	pause   *timer.Delay
	pausing bool
}

func (t *throttled[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if t.pausing {
		_, over, err := t.pause.Poll(cx)
		if !over {
			return item, false, nil
		}
		t.pausing = false
		if err != nil {
			return item, true, t.from.fail(cx, err)
		}
	}
	if item, ready, err = t.from.poll(cx); ready && err != io.EOF {
		t.pausing = true
		t.pause.Reset(t.d)
	}
	return item, ready, err
}

func (t *throttled[T]) Drop(cx *future.Context) {
	defer t.from.drop(cx)
	t.pause.Drop(cx)
}

// Timeout returns a stream that yields [timer.ErrElapsed] if an item has not come d after the one before, or after the first poll:
// once, and then it waits on for the item. An item that is ready wins over the timer.
func Timeout[T any](s Stream[T], d time.Duration) Stream[T] {
	delay := timer.After(0)
	return &limited[T]{
		from:     from(s),
		deadline: future.Unconstrained[struct{}](delay),
		reset:    func() { delay.Reset(d) },
		disarm:   delay.Drop,
		armed:    true,
	}
}

// TimeoutRepeating is [Timeout], but yields ErrElapsed again each time that d has passed without an item. If d is not positive
// it yields [timer.ErrBadPeriod] and ends.
func TimeoutRepeating[T any](s Stream[T], d time.Duration) Stream[T] {
	interval := timer.Every(d)
	tick := future.Func(func(cx *future.Context) (none struct{}, ready bool, err error) {
		_, ready, err = interval.PollTick(cx)
		return none, ready, err
	})
	return &limited[T]{
		from:     from(s),
		deadline: future.Unconstrained(tick),
		reset:    interval.Reset,
		disarm:   interval.Drop,
		armed:    true,
		repeats:  true,
	}
}

// limited is a stream with a deadline for each item.
type limited[T any] struct {
	from     source[T]
	deadline future.Future[struct{}] // ready at its first poll; it may be polled again after a reset
	reset    func()                  // has it count from this moment
	disarm   func(cx *future.Context)
	begun    bool
	armed    bool // the deadline counts
	repeats  bool // also after it has passed
}

func (l *limited[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if !l.begun {
		l.begun = true
		if _, _, err := l.deadline.Poll(cx); err != nil {
			return item, true, l.from.fail(cx, err)
		}
		l.reset()
	}
	if item, ready, err = l.from.poll(cx); ready {
		if err == io.EOF {
			l.disarm(cx)
		} else {
			l.reset()
			l.armed = true
		}
		return item, true, err
	}
	if !l.armed {
		return item, false, nil
	}
	switch _, ready, err = l.deadline.Poll(cx); {
	case !ready:
		return item, false, nil
	case err != nil:
		return item, true, l.from.fail(cx, err)
	}
	l.armed = l.repeats
	return item, true, timer.ErrElapsed
}

func (l *limited[T]) Drop(cx *future.Context) {
	defer l.from.drop(cx)
	l.disarm(cx)
}
