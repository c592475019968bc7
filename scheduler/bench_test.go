package scheduler

import (
	"sync"
	"testing"

	"github.com/simmer-go/simmer/future"
)

// BenchmarkDequePushPop: one push and one pop, by the owner alone.
func BenchmarkDequePushPop(b *testing.B) {
	b.ReportAllocs()
	var d deque
	var over injector
	d.init(dequeSize, 0)
	task := &Task{}
	for b.Loop() {
		d.push(task, &over)
		d.pop()
	}
}

// BenchmarkChannelSendReceive is what an ordinary queue of the same size costs.
func BenchmarkChannelSendReceive(b *testing.B) {
	b.ReportAllocs()
	ch := make(chan *Task, dequeSize)
	task := &Task{}
	for b.Loop() {
		ch <- task
		<-ch
	}
}

// BenchmarkSteal: one theft of 32 tasks, and the pops that give them back.
func BenchmarkSteal(b *testing.B) {
	b.ReportAllocs()
	var from, to deque
	from.init(dequeSize, 0)
	to.init(dequeSize, 0)
	list := numbered(64)
	for b.Loop() {
		from.fill(list)
		from.stealInto(&to)
		for to.pop() != nil {
		}
		for from.pop() != nil {
		}
	}
}

// BenchmarkInjector: one push and its share of a batch of 64.
func BenchmarkInjector(b *testing.B) {
	b.ReportAllocs()
	var q injector
	var d deque
	d.init(dequeSize, 0)
	list := numbered(64)
	i := 0
	for b.Loop() {
		q.push(&list[i].Header)
		if i++; i == len(list) {
			q.take(&d, len(list))
			for d.pop() != nil {
			}
			i = 0
		}
	}
}

// BenchmarkWakeFromOutside: a wake of an idle task by an ordinary goroutine, its poll, and the answer over a channel.
func BenchmarkWakeFromOutside(b *testing.B) {
	b.ReportAllocs()
	s := start(b, 2, Env{})
	answer := make(chan struct{}, 1)
	j := newJob(func(*future.Context) bool {
		select {
		case answer <- struct{}{}:
		default:
		}
		return false
	})
	s.Spawn(&j.Task)
	<-answer
	for b.Loop() {
		for !j.IsIdle() {
		}
		j.Waker().Wake()
		<-answer
	}
}

// BenchmarkWakeOfAGoroutine is the same dialogue with a goroutine.
func BenchmarkWakeOfAGoroutine(b *testing.B) {
	b.ReportAllocs()
	wake, answer := make(chan struct{}), make(chan struct{}, 1)
	var wg sync.WaitGroup
	wg.Go(func() { // ends when wake is closed
		for range wake {
			answer <- struct{}{}
		}
	})
	for b.Loop() {
		wake <- struct{}{}
		<-answer
	}
	close(wake)
	wg.Wait()
}
