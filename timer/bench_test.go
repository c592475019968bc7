package timer

import (
	"testing"
	"time"

	"github.com/simmer-go/simmer/future"
)

const minute = int64(time.Minute)

// The unit of work of every row is one timer. The rows named AfterFunc do the same with Go's own.

// stagedEntries are free entries that are armed, as a poll leaves them to the wheel.
func stagedEntries(w *worker, n int, deadline func(i int) int64) []*entry {
	t := w.idle()
	entries := make([]*entry, n)
	for i := range entries {
		entries[i] = w.stage.arm(deadline(i), &t.Header)
	}
	return entries
}

func BenchmarkInsert(b *testing.B) {
	b.Run("wheel", func(b *testing.B) {
		w, _ := newWorker(b)
		const batch = 10_000
		b.ReportAllocs()
		for done := 0; done < b.N; done += batch {
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
	})
	b.Run("AfterFunc", func(b *testing.B) {
		const batch = 10_000
		timers := make([]*time.Timer, batch)
		b.ReportAllocs()
		for done := 0; done < b.N; done += batch {
			for i := range timers {
				timers[i] = time.AfterFunc(time.Minute, func() {})
			}
			b.StopTimer()
			for _, t := range timers {
				t.Stop()
			}
			b.StartTimer()
		}
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

func BenchmarkFire(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(map[int]string{1000: "wheel/1k", 100_000: "wheel/100k"}[n], func(b *testing.B) {
			clock := &manualClock{}
			w := newKitchen(clock).worker(b)
			t := w.idle()
			delays := make([]Delay, n)
			b.ReportAllocs()
			for done := 0; done < b.N; done += n {
				b.StopTimer()
				cx := w.as(t)
				for i := range delays {
					delays[i] = Delay{deadline: int64(i%60_000+1) * int64(time.Millisecond)}
					delays[i].Poll(cx)
				}
				w.apply()
				b.StartTimer()
				for range 60_000 / 10 {
					clock.nanos += 10 * int64(time.Millisecond)
					w.turn()
				}
				b.StopTimer()
				for i := range delays {
					w.local.BeginPoll()
					delays[i].Poll(cx)
				}
				w.apply()
				w.takeWoken()
				t = w.idle()
				b.StartTimer()
			}
		})
	}
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
