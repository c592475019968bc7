package aio_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
)

// isTimeout checks that err is what a passed deadline gives.
func isTimeout(err error) error {
	var netErr net.Error
	var op *net.OpError
	ok := errors.Is(err, os.ErrDeadlineExceeded) && errors.As(err, &netErr) && netErr.Timeout() && errors.As(err, &op)
	return expect(ok, "want a timeout, got %v", err)
}

// fill writes until nothing more fits.
func fill(cx *future.Context, c *aio.Conn) error {
	for b := make([]byte, 64<<10); ; {
		if err := c.WriteAll(cx, b); err != nil {
			return err
		}
	}
}

// untilIdle lets others run until t waits.
func untilIdle(cx *future.Context, t *task) error {
	for !t.header.IsIdle() {
		if err := future.Yield(cx); err != nil {
			return err
		}
	}
	return nil
}

func TestPassedDeadlineFailsEvenWhereDataWaits(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := server.WriteAll(cx, []byte("x")); err != nil {
			return err
		}
		_ = client.SetDeadline(time.Now().Add(-time.Second))
		for range 2 {
			_, readErr := client.Read(cx, make([]byte, 1))
			_, writeErr := client.Write(cx, []byte("y"))
			if err := errors.Join(isTimeout(readErr), isTimeout(writeErr)); err != nil {
				return err
			}
		}
		_ = client.SetDeadline(time.Time{})
		n, err := client.Read(cx, make([]byte, 1))
		return errors.Join(err, expect(n == 1, "read %d bytes after the deadline was removed", n))
	})
}

func TestDeadlineEndsAWaitNeverEarly(t *testing.T) {
	for name, wait := range map[string]func(cx *future.Context, c *aio.Conn) error{
		"read": func(cx *future.Context, c *aio.Conn) error {
			_, err := c.Read(cx, make([]byte, 1))
			return err
		},
		"write": fill,
		"std read": func(cx *future.Context, c *aio.Conn) error {
			_, err := c.Std(cx).Read(make([]byte, 1))
			return err
		},
		"std write": func(cx *future.Context, c *aio.Conn) error {
			_, err := c.Std(cx).Write(make([]byte, 64<<20))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
				for _, after := range []time.Duration{20 * time.Millisecond, 5 * time.Millisecond} {
					deadline := time.Now().Add(after)
					if err := client.SetDeadline(deadline); err != nil {
						return err
					}
					if err := isTimeout(wait(cx, client)); err != nil {
						return err
					}
					if early := time.Until(deadline); early > 0 {
						return fmt.Errorf("%v early", early)
					}
					if aio.HasReadTimer(client) {
						return errors.New("the timer is still armed")
					}
				}
				return nil
			})
		})
	}
}

func TestDeadlineSetWhileWaitingTakesEffect(t *testing.T) {
	for name, set := range map[string]func(c *aio.Conn){
		"past":    func(c *aio.Conn) { _ = c.SetDeadline(time.Unix(1, 0)) },
		"future":  func(c *aio.Conn) { _ = c.SetDeadline(time.Now().Add(10 * time.Millisecond)) },
		"earlier": func(c *aio.Conn) { _ = c.SetDeadline(time.Now()) },
	} {
		t.Run(name, func(t *testing.T) {
			withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
				if name == "earlier" {
					_ = client.SetDeadline(time.Now().Add(time.Hour))
				}
				reading := e.spawn(func(cx *future.Context) error {
					_, err := client.Read(cx, make([]byte, 1))
					return err
				})
				writing := e.spawn(func(cx *future.Context) error { return fill(cx, client) })
				go waitIdle(func() { set(client) }, reading, writing)
				return errors.Join(isTimeout(reading.join(cx)), isTimeout(writing.join(cx)))
			})
		})
	}
}

func TestRemovedDeadlineDoesNotEndAWait(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		deadline := time.Now().Add(20 * time.Millisecond)
		_ = client.SetReadDeadline(deadline)
		reading := e.spawn(func(cx *future.Context) error {
			n, err := client.Read(cx, make([]byte, 1))
			return errors.Join(err, expect(n == 1, "read %d bytes", n), expect(time.Now().After(deadline), "the test was too fast"))
		})
		if err := untilIdle(cx, reading); err != nil {
			return err
		}
		if !aio.HasReadTimer(client) {
			return errors.New("a wait with a deadline has no timer")
		}
		_ = client.SetReadDeadline(time.Time{})
		for time.Now().Before(deadline.Add(5 * time.Millisecond)) {
			if err := future.Yield(cx); err != nil {
				return err
			}
		}
		if aio.HasReadTimer(client) {
			return errors.New("a wait without a deadline has a timer")
		}
		if err := server.WriteAll(cx, []byte("x")); err != nil {
			return err
		}
		return reading.join(cx)
	})
}

func TestReadyReadGivesItsTimerBack(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		_ = client.SetDeadline(time.Now().Add(time.Hour))
		reading := e.spawn(func(cx *future.Context) error {
			_, err := client.Read(cx, make([]byte, 1))
			return err
		})
		if err := untilIdle(cx, reading); err != nil {
			return err
		}
		armed := aio.HasReadTimer(client)
		err := errors.Join(server.WriteAll(cx, []byte("x")), reading.join(cx))
		return errors.Join(err, expect(armed, "no timer"), expect(!aio.HasReadTimer(client), "the timer is still armed"))
	})
}

// hookedClock calls onNow once, in the middle of a poll that looks at the time.
type hookedClock struct {
	future.Clock
	onNow func()
}

func (c *hookedClock) Now() time.Time {
	now := c.Clock.Now()
	if f := c.onNow; f != nil {
		c.onNow = nil
		f()
	}
	return now
}

// The deadline is changed between a poll's look at it and the storing of its waker, so that the change interrupts nobody.
func TestDeadlineSetDuringThePollIsNotLost(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		_ = client.SetReadDeadline(time.Now().Add(time.Hour))
		e.local.Clock = &hookedClock{Clock: e.local.Clock, onNow: func() { _ = client.SetReadDeadline(time.Unix(1, 0)) }}
		_, err := client.Read(cx, make([]byte, 1))
		return isTimeout(err)
	})
}

// The clocks of two runtimes count from different moments.
func TestDeadlineIsNeverEarlyOnASecondRuntime(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		old := newAgedExecutor(time.Hour)
		defer old.close()
		for _, from := range []*executor{e, old} {
			to := old
			if from == old {
				to = e
			}
			deadline := time.Now().Add(30 * time.Millisecond)
			_ = client.SetReadDeadline(deadline)
			pollOnce := func(cx *future.Context) (struct{}, bool, error) {
				_, ready, err := client.PollRead(cx, make([]byte, 1))
				return struct{}{}, true, errors.Join(err, expect(!ready, "ready at once"))
			}
			err := from.spawn(func(cx *future.Context) error {
				_, err := future.AwaitPoll(cx, pollOnce, nil) // its timer stays there
				return err
			}).join(cx)
			if err != nil {
				return err
			}
			err = to.spawn(func(cx *future.Context) error {
				_, err := client.Read(cx, make([]byte, 1))
				return err
			}).join(cx)
			if err := errors.Join(isTimeout(err), expect(!time.Now().Before(deadline), "%v early", time.Until(deadline))); err != nil {
				return err
			}
		}
		return nil
	})
}

// A passed deadline of a test's clock says nothing about another clock.
func TestDeadlineThatHasPassedIsLookedAtAgainOnASecondRuntime(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		usual := e.local.Clock
		now := time.Now()
		_ = client.SetReadDeadline(now.Add(time.Hour))
		// The deadline passes between the first look at the time and the timer's.
		e.local.Clock = timer.NewPausedClock(now)
		e.local.Clock = &hookedClock{Clock: e.local.Clock, onNow: func() { e.local.Clock.(*hookedClock).Clock.(*timer.Clock).Advance(2 * time.Hour) }}
		_, err := client.Read(cx, make([]byte, 1))
		e.local.Clock = usual
		if err := isTimeout(err); err != nil {
			return err
		}
		reading := e.spawn(func(cx *future.Context) error {
			_, err := client.Read(cx, make([]byte, 1))
			return err
		})
		if err := untilIdle(cx, reading); err != nil {
			return err
		}
		return errors.Join(server.WriteAll(cx, []byte("x")), reading.join(cx))
	})
}
