package stream_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/stream"
	"github.com/simmer-go/simmer/timer"
)

// onPausedClock runs a body on a runtime whose clock jumps to the next deadline when all tasks wait.
func onPausedClock(fn func(cx *future.Context) error) {
	rt, err := runtime.New(runtime.Config{Workers: 1, Clock: timer.NewPausedClock(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	body := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, fn(cx) })
	if _, err := runtime.BlockOn(context.Background(), rt, body); err != nil {
		fmt.Println(err)
	}
}

// A pipeline: the words of a text that are longer than two letters, in upper case.
func Example() {
	onPausedClock(func(cx *future.Context) error {
		words := stream.FromSeq(strings.FieldsSeq("the way of a task is short"))
		long := stream.Filter(words, func(word string) bool { return len(word) > 2 })
		loud := stream.Map(long, func(word string) (string, error) { return strings.ToUpper(word), nil })
		for word, err := range stream.All(cx, stream.Take(loud, 3)) {
			if err != nil {
				return err
			}
			fmt.Println(word)
		}
		return nil
	})
	// Output:
	// THE
	// WAY
	// TASK
}

// Three downloads at a time, results as they come.
func ExampleBufferUnordered() {
	download := func(seconds int) (future.Future[string], error) {
		return future.Async(func(cx *future.Context) (string, error) {
			err := timer.Sleep(cx, time.Duration(seconds)*time.Second)
			return fmt.Sprintf("took %d s", seconds), err
		}), nil
	}
	onPausedClock(func(cx *future.Context) error {
		start := timer.Now(cx)
		pages := stream.BufferUnordered(stream.Map(stream.FromSlice([]int{4, 1, 2, 3}), download), 3)
		for page, err := range stream.All(cx, pages) {
			if err != nil {
				return err
			}
			fmt.Println(page)
		}
		fmt.Println(timer.Now(cx).Sub(start))
		return nil
	})
	// Output:
	// took 1 s
	// took 2 s
	// took 4 s
	// took 3 s
	// 4s
}

// Lines are written in batches: of three, or what has come within a second.
func ExampleChunksTimeout() {
	onPausedClock(func(cx *future.Context) error {
		lines := stream.Generate(func(cx *future.Context, yield func(string)) error {
			for i, pause := range []int{0, 0, 0, 0, 5} {
				if err := timer.Sleep(cx, time.Duration(pause)*time.Second); err != nil {
					return err
				}
				yield(fmt.Sprint("line ", i))
			}
			return nil
		})
		for batch, err := range stream.All(cx, stream.ChunksTimeout(lines, 3, time.Second)) {
			if err != nil {
				return err
			}
			fmt.Println(strings.Join(batch, ", "))
		}
		return nil
	})
	// Output:
	// line 0, line 1, line 2
	// line 3
	// line 4
}

func ExampleStreamMap() {
	onPausedClock(func(cx *future.Context) error {
		var rooms stream.StreamMap[string, int]
		defer rooms.Drop(nil)
		rooms.Insert("kitchen", stream.FromSlice([]int{21, 22}))
		rooms.Insert("cellar", stream.FromSlice([]int{12}))
		var seen []string
		for reading, err := range stream.All(cx, &rooms) {
			if err != nil {
				return err
			}
			seen = append(seen, fmt.Sprint(reading.Key, " ", reading.Value))
		}
		slices.Sort(seen)
		fmt.Println(strings.Join(seen, ", "))
		return nil
	})
	// Output: cellar 12, kitchen 21, kitchen 22
}
