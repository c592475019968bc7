package runtime_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// panicsInBook returns what was logged to have panicked, in order.
func panicsInBook(t testing.TB, book *logBook) (values []string) {
	t.Helper()
	for _, line := range book.lines() {
		if _, rest, ok := strings.Cut(line, " panic="); ok {
			value, _, _ := strings.Cut(rest, " ")
			values = append(values, value)
		}
	}
	return values
}

// panicking is a body that panics with value when it is let through, or aborted.
func panicking(g *gate, value string) func(cx *future.Context) error {
	return func(cx *future.Context) error {
		defer func() { panic(value) }()
		return g.pass(cx)
	}
}

// The first panic is the scope's result. The others, which are nobody's, are logged.
func TestALaterPanicOfAChildIsLogged(t *testing.T) {
	var book logBook
	rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
	var never, now gate
	now.open()
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.Go(cx, panicking(&never, "second"))
		runtime.Go(n.On(runtime.Named(cx, "third")), func(cx *future.Context) (none, error) {
			return none{}, panicking(&never, "third")(cx)
		})
		require.NoError(t, future.Yield(cx))
		n.Go(cx, panicking(&now, "first"))
		return nil
	})
	requirePanic(t, err, "first")
	require.ElementsMatch(t, []string{"second", "third"}, panicsInBook(t, &book))
	require.Contains(t, strings.Join(book.lines(), ""), "name=third")
}

func TestAPanicAfterAnErrorIsLogged(t *testing.T) {
	var book logBook
	rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
	var never gate
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.Go(cx, panicking(&never, "later"))
		require.NoError(t, future.Yield(cx))
		return errOwn
	})
	require.Equal(t, errOwn, err)
	require.Equal(t, []string{"later"}, panicsInBook(t, &book))
}

func TestALaterPanicThatSomebodyWaitsForIsNotLogged(t *testing.T) {
	for _, givesUp := range []bool{false, true} {
		var book logBook
		rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
		var never gate
		err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
			h := runtime.ScopeGo(cx, n, func(cx *future.Context) (none, error) { return none{}, panicking(&never, "later")(cx) })
			require.NoError(t, future.Yield(cx))
			waiting := runtime.Go(cx, func(cx *future.Context) (none, error) { return h.Await(cx) })
			require.NoError(t, future.Yield(cx))
			if givesUp {
				waiting.Abort()
				require.NoError(t, future.Yield(cx))
			}
			n.Go(cx, func(*future.Context) error { return errOwn })
			_, err := waiting.Await(cx)
			if givesUp {
				requireCancelled(t, err)
			} else {
				requirePanic(t, err, "later")
			}
			return nil
		})
		require.Equal(t, errOwn, err)
		if givesUp {
			require.Equal(t, []string{"later"}, panicsInBook(t, &book))
		} else {
			require.Empty(t, panicsInBook(t, &book))
		}
	}
}

// Nobody is told of a failure of a scope whose body panics, or whose task was aborted: a panic is logged.
func TestAPanicOfAChildOfAScopeThatIsLeftIsLogged(t *testing.T) {
	for name, leave := range map[string]func(cx *future.Context, owner runtime.AbortHandle){
		"abort": func(cx *future.Context, owner runtime.AbortHandle) { owner.Abort(); _ = future.Yield(cx) },
		"panic": func(*future.Context, runtime.AbortHandle) { panic("body") },
	} {
		for _, isFirst := range []bool{false, true} { // the child panics before the scope is left
			t.Run(name, func(t *testing.T) {
				var book logBook
				rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
				var release gate
				handles := make(chan runtime.AbortHandle, 1)
				h := runtime.Go(rt, func(cx *future.Context) (none, error) {
					owner := <-handles
					return none{}, runtime.Scope(cx, func(n *runtime.Nursery) error {
						n.Go(cx, panicking(&release, "child"))
						require.NoError(t, future.Yield(cx))
						if isFirst {
							release.open()
							require.NoError(t, future.Yield(cx))
							require.Error(t, n.Err())
							require.Empty(t, panicsInBook(t, &book))
						}
						leave(cx, owner)
						return nil
					})
				})
				handles <- h.AbortHandle()
				_, err := result(t, h)
				require.Error(t, err)
				must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })                  // the child has ended
				panics := slices.DeleteFunc(panicsInBook(t, &book), func(p string) bool { return p == "body" }) // logged if it came before result
				require.Equal(t, []string{"child"}, panics)
			})
		}
	}
}

// The panic of a scope's body goes on, also if the task is aborted while it waits for the children.
func TestAPanicOfTheBodyGoesOnThoughItsTaskIsAborted(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	begun, release := make(chan none), make(chan none)
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		return none{}, runtime.Scope(cx, func(n *runtime.Nursery) error {
			runtime.SpawnBlocking(n.On(cx), func(context.Context) (int, error) { close(begun); <-release; return 0, nil })
			receive(t, begun)
			panic("body")
		})
	})
	receive(t, begun)
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) }) // owner waits for its child
	require.False(t, owner.IsFinished())
	owner.Abort()
	_, err := result(t, owner)
	requirePanic(t, err, "body")
	close(release)
}
