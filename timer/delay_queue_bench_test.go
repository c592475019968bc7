package timer

import (
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkDelayQueue: the unit of work is one item, put in among many others and taken out again; beside it Go's own timers,
// which hold one goroutine's worth of state in the runtime's heap each.
func BenchmarkDelayQueue(b *testing.B) {
	const others = 10_000
	r := rand.New(rand.NewPCG(1, 1))
	span := func() time.Duration { return time.Hour + time.Duration(r.Int64N(int64(time.Hour))) }
	b.Run("insert+remove", func(b *testing.B) {
		w, _ := newWorker(b)
		cx := w.as(w.idle())
		var q DelayQueue[int]
		for i := range others {
			q.Insert(cx, i, span())
		}
		b.ReportAllocs()
		for b.Loop() {
			q.Remove(q.Insert(cx, 1, span()))
		}
	})
	b.Run("insert+remove/AfterFunc", func(b *testing.B) {
		var timers []*time.Timer
		for range others {
			timers = append(timers, time.AfterFunc(span(), func() {}))
		}
		b.ReportAllocs()
		for b.Loop() {
			time.AfterFunc(span(), func() {}).Stop()
		}
		for _, t := range timers {
			t.Stop()
		}
	})
	b.Run("insert+expire", func(b *testing.B) {
		w, clock := newWorker(b)
		as := w.idle()
		var q DelayQueue[int]
		for i := range others {
			q.Insert(w.as(as), i, span())
		}
		b.ReportAllocs()
		for b.Loop() {
			cx := w.as(as)
			q.Insert(cx, 1, span())
			if item, ok := q.Peek(); ok {
				clock.Jump(q.zeroNanos(item.Deadline))
			}
			if _, ready, _ := q.PollNext(cx); !ready {
				b.Fatal("nothing was due")
			}
		}
	})
}

// zeroNanos returns the clock's nanoseconds at t.
func (q *DelayQueue[T]) zeroNanos(t time.Time) int64 { return int64(t.Sub(q.zero)) }
