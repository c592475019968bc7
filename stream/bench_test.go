package stream_test

import (
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

func plusOne(n int) (int, error) { return n + 1, nil }

// Unit: one item through a map and a filter.
func BenchmarkMapFilter(b *testing.B) {
	b.Run("poll", func(b *testing.B) {
		w := newWorker(b)
		s := stream.Filter(stream.Map(stream.Repeat(1), plusOne), isEven)
		b.ReportAllocs()
		for b.Loop() {
			w.local.BeginPoll()
			s.PollNext(&w.cx)
		}
	})
	b.Run("range in a body", func(b *testing.B) {
		w := newWorker(b)
		s := stream.Filter(stream.Map(stream.Repeat(1), plusOne), isEven)
		b.ReportAllocs()
		await(w, future.Async(func(cx *future.Context) (none struct{}, err error) {
			for range stream.All(cx, s) {
				cx.Local().BeginPoll()
				if !b.Loop() {
					break
				}
			}
			return none, nil
		}))
	})
	b.Run("goroutines+channels", func(b *testing.B) {
		stop, mapped, kept := make(chan struct{}), make(chan int), make(chan int)
		go func() { // ends with stop
			defer close(mapped)
			for {
				select {
				case mapped <- 2:
				case <-stop:
					return
				}
			}
		}()
		go func() { // ends with mapped
			defer close(kept)
			for n := range mapped {
				if isEven(n) {
					kept <- n
				}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			<-kept
		}
		close(stop)
		for range kept {
		}
	})
}

// Unit: one item of two sources that are both ready.
func BenchmarkMerge(b *testing.B) {
	b.Run("Merge", func(b *testing.B) {
		w := newWorker(b)
		s := stream.Merge(stream.Repeat(1), stream.Repeat(2))
		b.ReportAllocs()
		for b.Loop() {
			w.local.BeginPoll()
			s.PollNext(&w.cx)
		}
	})
	b.Run("select over channels", func(b *testing.B) {
		one, two := make(chan int, 1), make(chan int, 1)
		one <- 1
		two <- 2
		b.ReportAllocs()
		for b.Loop() {
			select {
			case n := <-one:
				one <- n
			case n := <-two:
				two <- n
			}
		}
	})
}

// Unit: one future through a buffer of 8.
func BenchmarkBufferUnordered(b *testing.B) {
	w := newWorker(b)
	s := stream.BufferUnordered(stream.Repeat(future.Ready(1)), 8)
	b.ReportAllocs()
	for b.Loop() {
		w.local.BeginPoll()
		s.PollNext(&w.cx)
	}
}
