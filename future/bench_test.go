package future_test

import (
	"testing"

	"github.com/simmer-go/simmer/future"
)

// Unit: one suspension of a body and its resume.
func BenchmarkSuspendResume(b *testing.B) {
	p := new(pulse)
	for name, wait := range map[string]func(cx *future.Context) error{
		"Await":     func(cx *future.Context) error { _, err := future.Await(cx, p); return err },
		"AwaitPoll": func(cx *future.Context) error { _, err := future.AwaitPoll(cx, p.Poll, p.Drop); return err },
		"Yield":     future.Yield,
	} {
		b.Run(name, func(b *testing.B) {
			turn := endless(b, wait)
			b.ReportAllocs()
			for b.Loop() {
				turn()
			}
		})
	}
	b.Run("goroutine+channel", func(b *testing.B) {
		ping, pong := make(chan struct{}), make(chan struct{})
		go func() { // ends when ping is closed
			for range ping {
				pong <- struct{}{}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			ping <- struct{}{}
			<-pong
		}
		close(ping)
	})
}

// Unit: one body made, run to its end, its result read.
func BenchmarkSpawnBody(b *testing.B) {
	fn := func(*future.Context) (int, error) { return 1, nil }
	b.Run("pooled", func(b *testing.B) {
		e := newExecutor(b)
		b.ReportAllocs()
		for b.Loop() {
			future.Async(fn).Poll(&e.cx)
		}
	})
	b.Run("fresh coroutine", func(b *testing.B) {
		e := newExecutor(b)
		b.ReportAllocs()
		for b.Loop() {
			future.Async(fn).Poll(&e.cx)
			e.local.CloseBodies()
		}
	})
	b.Run("goroutine+channel", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			done := make(chan int, 1)
			go func() { done <- 1 }() // ends at once
			<-done
		}
	})
}

// ready is a future that never waits.
type ready struct{}

func (*ready) Poll(*future.Context) (int, bool, error) { return 1, true, nil }

// Unit: one wait for what is there already.
func BenchmarkAwaitReady(b *testing.B) {
	inBody := func(b *testing.B, loop func(cx *future.Context)) {
		e := newExecutor(b)
		b.ReportAllocs()
		future.Async(func(cx *future.Context) (int, error) {
			loop(cx)
			return 0, nil
		}).Poll(&e.cx)
	}
	f := new(ready)
	b.Run("Await", func(b *testing.B) {
		inBody(b, func(cx *future.Context) {
			for b.Loop() {
				future.Await(cx, f)
			}
		})
	})
	b.Run("AwaitPoll", func(b *testing.B) {
		inBody(b, func(cx *future.Context) {
			for b.Loop() {
				future.AwaitPoll(cx, f.Poll, nil)
			}
		})
	})
	b.Run("channel", func(b *testing.B) {
		ch := make(chan int, 1)
		b.ReportAllocs()
		for b.Loop() {
			ch <- 1
			<-ch
		}
	})
}

// Unit: one body that waits, is cancelled and unwinds.
func BenchmarkCancelBody(b *testing.B) {
	e := newExecutor(b)
	b.ReportAllocs()
	for b.Loop() {
		f := future.Async(func(cx *future.Context) (int, error) { return 0, future.Yield(cx) })
		f.Poll(&e.cx)
		future.Drop(&e.cx, f)
	}
}
