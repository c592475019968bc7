package runtime_test

import (
	"sync"
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// unit is the smallest task.
type unit struct{}

func (*unit) Poll(*future.Context) (int, bool, error) { return 1, true, nil }

// batch is how many tasks are spawned before they are joined.
const batch = 100

// Unit: a hundred tasks, spawned and joined with their results.
func BenchmarkJoin100(b *testing.B) {
	inTask := func(b *testing.B, round func(cx *future.Context)) {
		rt := open(b, runtime.Config{Workers: 2})
		b.ReportAllocs()
		must(b, rt, func(cx *future.Context) {
			for b.Loop() {
				round(cx)
			}
		})
	}
	b.Run("JoinSet", func(b *testing.B) {
		var s runtime.JoinSet[int]
		inTask(b, func(cx *future.Context) {
			for range batch {
				s.Add(runtime.SpawnValue(cx, &unit{}))
			}
			for range s.All(cx) {
			}
		})
	})
	b.Run("JoinQueue", func(b *testing.B) {
		var q runtime.JoinQueue[int]
		inTask(b, func(cx *future.Context) {
			for range batch {
				q.Add(runtime.SpawnValue(cx, &unit{}))
			}
			for range q.All(cx) {
			}
		})
	})
	b.Run("Scope", func(b *testing.B) {
		inTask(b, func(cx *future.Context) {
			_ = runtime.Scope(cx, func(n *runtime.Nursery) error {
				for range batch {
					runtime.SpawnValue(n.On(cx), &unit{})
				}
				return nil
			})
		})
	})
	b.Run("TaskTracker", func(b *testing.B) {
		inTask(b, func(cx *future.Context) {
			var tr runtime.TaskTracker
			for range batch {
				runtime.SpawnValue(tr.On(cx), &unit{})
			}
			tr.Close(cx)
			_ = tr.Wait(cx)
		})
	})
	b.Run("handles", func(b *testing.B) {
		var handles [batch]*runtime.JoinHandle[int]
		inTask(b, func(cx *future.Context) {
			for i := range handles {
				handles[i] = runtime.SpawnValue(cx, &unit{})
			}
			for _, h := range handles {
				_, _ = h.Await(cx)
			}
		})
	})
	b.Run("goroutines and a channel", func(b *testing.B) {
		results := make(chan int, batch)
		b.ReportAllocs()
		for b.Loop() {
			for range batch {
				go func() { results <- 1 }() // ends at once
			}
			for range batch {
				<-results
			}
		}
	})
	b.Run("sync.WaitGroup", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var wg sync.WaitGroup
			for range batch {
				wg.Go(func() {}) // ends at once
			}
			wg.Wait()
		}
	})
}

// Unit: one look at a task's value.
func BenchmarkLocalGet(b *testing.B) {
	h := newHand()
	number.Sync(&h.cx, 1, func(cx *future.Context) {
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := number.Get(cx); !ok {
				b.Fatal("no value")
			}
		}
	})
}
