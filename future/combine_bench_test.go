package future_test

import (
	"testing"

	"github.com/simmer-go/simmer/future"
)

// Unit: one choice between two sources of which one is ready.
func BenchmarkSelect2Ready(b *testing.B) {
	var f future.Future[int] = new(ready)
	never := future.Pending[int]()
	b.Run("poll", func(b *testing.B) {
		p := newPolling(b)
		b.ReportAllocs()
		for b.Loop() {
			future.Select2(f, never).Poll(&p.cx)
			p.local.BeginPoll()
		}
	})
	b.Run("AwaitSelect2", func(b *testing.B) {
		inLoop(b, func(cx *future.Context) { future.AwaitSelect2(cx, f, never) })
	})
	b.Run("Select over On", func(b *testing.B) {
		ignore := func(int, error) error { return nil }
		on, off := future.On(f, ignore), future.On(never, ignore)
		inLoop(b, func(cx *future.Context) { future.Select(cx, on, off) })
	})
	b.Run("select over channels", func(b *testing.B) {
		ch, nothing := make(chan int, 1), make(chan int)
		b.ReportAllocs()
		for b.Loop() {
			ch <- 1
			select {
			case <-ch:
			case <-nothing:
			}
		}
	})
}

// inLoop calls op in one poll of a body.
func inLoop(b *testing.B, op func(cx *future.Context)) {
	e := newExecutor(b)
	e.local.BeginPoll()
	b.ReportAllocs()
	future.Async(func(cx *future.Context) (int, error) {
		for b.Loop() {
			op(cx)
		}
		return 0, nil
	}).Poll(&e.cx)
}

// Unit: two futures joined.
func BenchmarkJoin2(b *testing.B) {
	var f future.Future[int] = new(ready)
	b.Run("ready", func(b *testing.B) {
		p := newPolling(b)
		b.ReportAllocs()
		for b.Loop() {
			future.Join2(f, f).Poll(&p.cx)
		}
	})
	b.Run("goroutines+channel", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			done := make(chan int, 2)
			go func() { done <- 1 }() // ends at once
			go func() { done <- 1 }() // ends at once
			<-done
			<-done
		}
	})
}

// Unit: one future of a set of 1000 woken, polled, and its result taken; another one takes its place.
func BenchmarkSet1000(b *testing.B) {
	const n = 1000
	b.Run("Set", func(b *testing.B) {
		p := newPolling(b)
		var set future.Set[int]
		gates := make([]*gate, n)
		for i := range gates {
			gates[i] = &gate{}
			set.Add(gates[i])
		}
		for range n/future.Budget + 1 {
			p.local.BeginPoll()
			set.PollNext(&p.cx)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			p.local.BeginPoll()
			g := gates[i*7%n]
			g.isOpen = true
			p.cx.Wake(g.slot.Take())
			if _, ready, _ := set.PollNext(&p.cx); !ready {
				b.Fatal("the set has not seen the wake")
			}
			g.isOpen = false
			set.Add(g)
			set.PollNext(&p.cx)
		}
	})
	b.Run("goroutines+channel", func(b *testing.B) {
		results, gates := make(chan int), make([]chan int, n)
		wait := func(gate chan int) {
			if v := <-gate; v > 0 {
				results <- v
			}
		}
		for i := range gates {
			gates[i] = make(chan int)
			go wait(gates[i]) // ends with its gate
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			gate := gates[i*7%n]
			gate <- 1
			<-results
			go wait(gate) // ends with its gate
		}
		for _, gate := range gates {
			close(gate)
		}
	})
}
