package cancellation_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/timer"
)

// A server's token, and a child for each request: the end of the server ends the requests.
func ExampleToken() {
	err := runtime.Run(func(cx *future.Context) error {
		server := cancellation.New()
		request := func(cx *future.Context) (string, error) {
			tok := server.Child()
			defer tok.Close(cx)
			if err := tok.Cancelled(cx); err != nil { // stands for serving
				return "", err
			}
			return "said goodbye: " + tok.Cause().Error(), nil
		}
		served := runtime.Go(cx, request)
		if err := future.Yield(cx); err != nil {
			return err
		}
		server.CancelCause(cx, errors.New("the kitchen closes"))
		said, err := served.Await(cx)
		fmt.Println(said)
		return err
	})
	fmt.Println(err)
	// Output:
	// said goodbye: the kitchen closes
	// <nil>
}

func ExampleRunUntilCancelled() {
	err := runtime.Run(func(cx *future.Context) error {
		tok := cancellation.New()
		runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
			tok.Cancel(cx)
			return struct{}{}, nil
		})
		_, err := cancellation.RunUntilCancelled(cx, tok, timer.After(time.Hour))
		return err
	})
	fmt.Println(errors.Is(err, cancellation.ErrCancelled))
	// Output: true
}

func ExampleDropGuard() {
	tok := cancellation.New()
	func() {
		g := tok.Guard()
		defer g.Drop(nil)
		// What is started under tok here does not outlive this function.
	}()
	fmt.Println(tok.IsCancelled())
	// Output: true
}

func ExampleToken_Context() {
	tok := cancellation.New()
	ctx, stop := tok.Context(context.Background())
	defer stop()
	tok.CancelCause(nil, errors.New("no more orders"))
	<-ctx.Done() // in code that knows contexts only
	fmt.Println(context.Cause(ctx))
	// Output: no more orders
}

func ExampleFromContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	tok, stop := cancellation.FromContext(ctx)
	defer stop()
	fmt.Println(tok.CancelledBlocking(context.Background()), tok.Cause())
	// Output: <nil> context deadline exceeded
}
