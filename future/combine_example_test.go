package future_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// run polls a body to its end, as a worker without other tasks does.
func run(body func(cx *future.Context) error) {
	var local future.Local
	defer local.CloseBodies()
	local.Seed(1)
	task := new(waker.Header)
	task.Init(waker.NewExecutor(func(*waker.Header) {}))
	cx := future.NewContext(&local, task)
	f := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, body(cx) })
	for {
		local.BeginPoll()
		if _, ready, err := f.Poll(&cx); ready {
			if err != nil {
				fmt.Println("error:", err)
			}
			return
		}
	}
}

// later is ready at its poll number n.
func later[T any](n int, value T) future.Future[T] {
	return future.Func(func(cx *future.Context) (none T, ready bool, err error) {
		if n--; n > 0 {
			cx.Again()
			return none, false, nil
		}
		return value, true, nil
	})
}

// Different types, each with its own error.
func ExampleJoin2() {
	run(func(cx *future.Context) error {
		out, err := future.Await(cx, future.Join2(later(3, "a page"), future.ReadyErr[int](io.ErrUnexpectedEOF)))
		if err != nil {
			return err
		}
		page, err := out.A.Get()
		fmt.Println(page, err)
		fmt.Println(out.B.Err)
		return nil
	})
	// Output:
	// a page <nil>
	// unexpected EOF
}

func ExampleTryJoinAll() {
	run(func(cx *future.Context) error {
		words, err := future.Await(cx, future.TryJoinAll(later(3, "to"), later(1, "each"), later(2, "its place")))
		fmt.Println(strings.Join(words, " "))
		return err
	})
	// Output: to each its place
}

// The first that is ready wins; the other one is dropped, unless it is given as a Ref.
func ExampleSelect2() {
	run(func(cx *future.Context) error {
		answer := later(9, 42)
		for {
			won, err := future.AwaitSelect2(cx, future.Ref(answer), later(4, "still waiting"))
			if err != nil {
				return err
			}
			if won.Index == 0 {
				fmt.Println("answer:", won.A)
				return nil
			}
			fmt.Println(won.B)
		}
	})
	// Output:
	// still waiting
	// still waiting
	// answer: 42
}

// A loop over two sources, one of which can be switched off, until both have ended.
func ExampleSelect() {
	source := func(words ...string) future.Future[string] {
		return future.Func(func(*future.Context) (word string, ready bool, err error) {
			if len(words) == 0 {
				return "", true, io.EOF
			}
			word, words = words[0], words[1:]
			return word, true, nil
		})
	}
	run(func(cx *future.Context) error {
		paused := true
		hasMore := func(_ string, err error) bool { return err == nil }
		commands := future.On(source("stop", "go"), func(word string, err error) error {
			fmt.Println("command:", word)
			paused = word == "stop"
			return err
		}).Match(hasMore)
		work := future.On(source("one", "two"), func(word string, err error) error {
			fmt.Println("work:", word)
			return err
		}).Match(hasMore)
		done := errors.New("done")
		end := future.Else(func() error { return done })
		for {
			if err := future.Select(cx, commands, work.If(!paused), end); err == done {
				return nil
			} else if err != nil {
				return err
			}
		}
	})
	// Output:
	// command: stop
	// command: go
	// work: one
	// work: two
}

func ExampleSet() {
	run(func(cx *future.Context) error {
		var set future.Set[string]
		defer set.Drop(nil)
		set.Add(later(3, "slow"))
		set.Add(later(1, "fast"))
		set.Add(later(2, "medium"))
		for word, err := range set.All(cx) {
			if err != nil {
				return err
			}
			fmt.Println(word)
		}
		return nil
	})
	// Output:
	// fast
	// medium
	// slow
}

func ExampleShare() {
	run(func(cx *future.Context) error {
		loading := future.Share(future.Map(later(2, "config"), func(s string) (string, error) {
			fmt.Println("loaded once")
			return s, nil
		}))
		out, err := future.Await(cx, future.JoinAll[string](loading.Clone(), loading.Clone(), loading))
		fmt.Println(len(out), out[0].Value)
		return err
	})
	// Output:
	// loaded once
	// 3 config
}

func ExampleCatchPanic() {
	run(func(cx *future.Context) error {
		risky := future.Async(func(*future.Context) (int, error) { panic("no such dish") })
		safe := future.Catch(future.CatchPanic(risky), func(err error) (int, error) {
			fmt.Println(err)
			return 0, nil
		})
		_, err := future.Await(cx, safe)
		return err
	})
	// Output: panic in a body: no such dish
}
