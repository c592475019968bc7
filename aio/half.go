package aio

import (
	"os"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
)

// half is one direction of a connection. It has one waiter at a time.
type half struct {
	reg       *netpoll.Registration
	direction netpoll.Direction
	deadline  deadline
}

// poll does one read or write for a task. Its errors are bare.
func (h *half) poll(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if n, ready, err = h.try(cx, b); ready {
		h.deadline.disarm(cx)
		return n, true, err
	}
	passed, err := h.deadline.arm(cx)
	if passed {
		h.reg.Forget(cx, h.direction)
		if err == nil {
			err = os.ErrDeadlineExceeded
		}
	}
	return 0, passed, err
}

// try does one read or write, or, if it must wait, leaves the waker of cx with the registration. After it the caller must look
// at the deadline, which may have changed meanwhile. Its errors are bare.
func (h *half) try(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if h.deadline.passed(cx) {
		h.reg.Forget(cx, h.direction)
		return 0, true, os.ErrDeadlineExceeded
	}
	if h.direction == netpoll.Read {
		return h.reg.PollRead(cx, b)
	}
	return h.reg.PollWrite(cx, b)
}

// forget takes back what a poll that was not ready has left behind.
func (h *half) forget(cx *future.Context) {
	h.reg.Forget(cx, h.direction)
	h.deadline.disarm(cx)
}

// setDeadline interrupts the waiter, which then looks at the new deadline. Any goroutine.
func (h *half) setDeadline(at time.Time) {
	h.deadline.set(at)
	h.reg.Interrupt(h.direction)
}
