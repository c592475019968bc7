//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
	"github.com/simmer-go/simmer/waker"
)

// executor polls one task.
type executor struct{ queued bool }

func (e *executor) ScheduleNext(*waker.Header) { e.queued = true }
func (e *executor) ScheduleBack(*waker.Header) { e.queued = true }

func (e *executor) TaskContext(*waker.Header) context.Context { return context.Background() }

type clock struct{ start time.Time }

func (c clock) Now() time.Time { return time.Now() }
func (c clock) Nanos() int64   { return int64(time.Since(c.start)) }

// An executor with one task: it polls the task, waits until the reactor has woken it, and polls it again.
func Example() {
	reactor, err := netpoll.NewReactor()
	if err != nil {
		log.Fatal(err)
	}
	defer reactor.Close()
	parking, err := netpoll.NewParking(reactor, clock{time.Now()}, 1)
	if err != nil {
		log.Fatal(err)
	}
	defer parking.Close()

	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer unix.Close(ends[1])
	if err := unix.SetNonblock(ends[0], true); err != nil {
		log.Fatal(err)
	}
	conn, err := reactor.Register(ends[0])
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	var exec executor
	var task waker.Header
	task.Init(waker.NewExecutor(exec.ScheduleBack))
	local := future.Local{Executor: task.Executor(), Worker: &exec, Reactor: reactor}
	cx := future.NewContext(&local, &task)
	for buf := make([]byte, 16); ; {
		local.BeginPoll()
		task.Begin()
		n, ready, err := conn.PollRead(&cx, buf)
		if ready {
			fmt.Println("ready:", string(buf[:n]), err)
			return
		}
		fmt.Println("not ready")
		task.Idle()
		if _, err := unix.Write(ends[1], []byte("hello")); err != nil {
			log.Fatal(err)
		}
		for exec.queued = false; !exec.queued; {
			parking.Park(0, &local, math.MaxInt64)
		}
	}
	// Output:
	// not ready
	// ready: hello <nil>
}
