package timer

import (
	"sync"
	"testing"
	"time"

	"github.com/simmer-go/simmer/future"
)

const minute = int64(time.Minute)

// The unit of work of every row is one timer: ns/timer where a loop does many at once, else ns/op. The rows named AfterFunc do the same with Go's own.

// stagedEntries are free entries that are armed, as a poll leaves them to the wheel.
func stagedEntries(w *worker, n int, deadline func(i int) int64) []*entry {
	t := w.idle()
	entries := make([]*entry, n)
	for i := range entries {
		entries[i] = w.stage.arm(deadline(i), &t.Header)
	}
	return entries
}

// perTimer reports the time of one timer in a benchmark whose loop does n at once.
func perTimer(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/timer")
}

func BenchmarkInsert(b *testing.B) {
	b.Run("wheel", func(b *testing.B) {
		w, _ := newWorker(b)
		const batch = 10_000
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			entries := stagedEntries(w, batch, func(i int) int64 { return minute + int64(i)<<tickBits })
			b.StartTimer()
			w.wheel.Apply(w.stage)
			b.StopTimer()
			for _, e := range entries {
				e.retire()
				w.stage.retire(e)
			}
			w.wheel.Apply(w.stage)
			b.StartTimer()
		}
		perTimer(b, batch)
	})
	b.Run("AfterFunc", func(b *testing.B) {
		const batch = 10_000
		timers := make([]*time.Timer, batch)
		b.ReportAllocs()
		for b.Loop() {
			for i := range timers {
				timers[i] = time.AfterFunc(time.Minute, func() {})
			}
			b.StopTimer()
			for _, t := range timers {
				t.Stop()
			}
			b.StartTimer()
		}
		perTimer(b, batch)
	})
}

func BenchmarkInsertCancel(b *testing.B) {
	b.Run("wheel", func(b *testing.B) { // the wheel's part alone: link and unlink
		w, _ := newWorker(b)
		entries := stagedEntries(w, 64, func(i int) int64 { return minute + int64(i)<<tickBits })
		w.wheel.Apply(w.stage)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			e := entries[i%64]
			w.wheel.unlink(e)
			w.wheel.link(e, minute+int64(i%64)<<tickBits)
		}
	})
	b.Run("delay", func(b *testing.B) { // the whole way: two polls, two visits of the wheel
		w, _ := newWorker(b)
		t := w.idle()
		var d Delay
		b.ReportAllocs()
		for b.Loop() {
			d = Delay{deadline: minute}
			cx := w.as(t)
			d.Poll(cx)
			w.apply()
			d.Drop(cx)
			w.apply()
		}
	})
	b.Run("AfterFunc", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			time.AfterFunc(time.Minute, func() {}).Stop()
		}
	})
}

// BenchmarkFire spreads the timers over a minute that passes in steps of 10 ms.
func BenchmarkFire(b *testing.B) {
	const n = 100_000
	b.Run("wheel", func(b *testing.B) {
		clock := &manualClock{}
		w := newKitchen(clock).worker(b)
		delays := make([]Delay, n)
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			cx := w.as(w.idle())
			for i := range delays {
				delays[i] = Delay{deadline: int64(i%60_000+1) * int64(ms)}
				delays[i].Poll(cx)
			}
			w.apply()
			b.StartTimer()
			for range 6000 {
				clock.nanos += 10 * int64(ms)
				w.turn()
			}
			b.StopTimer()
			for i := range delays {
				w.local.BeginPoll()
				delays[i].Poll(cx)
			}
			w.apply()
			w.takeWoken()
			b.StartTimer()
		}
		perTimer(b, n)
	})
	b.Run("AfterFunc", func(b *testing.B) { // arming included
		var fired sync.WaitGroup
		b.ReportAllocs()
		for b.Loop() {
			fired.Add(n)
			for range n {
				time.AfterFunc(ms, fired.Done)
			}
			fired.Wait()
		}
		perTimer(b, n)
	})
}

// ready is a future that is ready at once.
type ready struct{}

func (ready) Poll(*future.Context) (int, bool, error) { return 1, true, nil }

// yielding is a future that is ready at its second poll.
type yielding struct{ polled bool }

func (y *yielding) Poll(*future.Context) (int, bool, error) {
	if !y.polled {
		y.polled = true
		return 0, false, nil
	}
	y.polled = false
	return 1, true, nil
}

func BenchmarkTimeoutReady(b *testing.B) {
	b.Run("simmer", func(b *testing.B) {
		w, _ := newWorker(b)
		cx := w.as(w.idle())
		var f future.Future[int] = ready{}
		b.ReportAllocs()
		for b.Loop() {
			to := Timeout(time.Minute, f)
			to.Poll(cx)
		}
	})
	b.Run("simmer/value", func(b *testing.B) {
		w, _ := newWorker(b)
		cx := w.as(w.idle())
		var f future.Future[int] = ready{}
		b.ReportAllocs()
		for b.Loop() {
			to := MakeTimeout(time.Minute, f)
			to.Poll(cx)
		}
	})
	b.Run("AfterFunc", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t := time.AfterFunc(time.Minute, func() {})
			ready{}.Poll(nil)
			t.Stop()
		}
	})
}

func BenchmarkTimeoutOneYield(b *testing.B) {
	for _, name := range []string{"paused", "running"} {
		b.Run("simmer/"+name, func(b *testing.B) {
			clock := NewClock()
			if name == "paused" {
				clock = NewPausedClock(epoch)
			}
			w := newKitchen(clock).worker(b)
			cx := w.as(w.idle())
			var f future.Future[int] = &yielding{}
			b.ReportAllocs()
			for b.Loop() {
				to := MakeTimeout(time.Minute, f)
				to.Poll(cx)
				w.apply()
				to.Poll(cx)
				w.apply()
			}
		})
	}
	b.Run("AfterFunc", func(b *testing.B) {
		f := &yielding{}
		b.ReportAllocs()
		for b.Loop() {
			t := time.AfterFunc(time.Minute, func() {})
			f.Poll(nil)
			f.Poll(nil)
			t.Stop()
		}
	})
}
