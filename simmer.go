package simmer

import (
	"context"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

type (
	// Context is a task's view of its runtime: [future.Context].
	Context = future.Context
	// Future is what is polled until it is ready: [future.Future].
	Future[T any] = future.Future[T]
	// Runtime runs tasks: [runtime.Runtime].
	Runtime = runtime.Runtime
	// Config says how a runtime is built: [runtime.Config].
	Config = runtime.Config
	// Spawner is where a new task goes, a *Context or a *Runtime: [runtime.Spawner].
	Spawner = runtime.Spawner
	// JoinHandle is the receipt for a task: [runtime.JoinHandle].
	JoinHandle[T any] = runtime.JoinHandle[T]
	// JoinError says that a task was cancelled or has panicked: [runtime.JoinError].
	JoinError = runtime.JoinError
)

// New starts a runtime: [runtime.New].
func New(config Config) (*Runtime, error) { return runtime.New(config) }

// Run runs body as the main of a program, on a runtime of its own: [runtime.Run].
func Run(body func(cx *Context) error) error { return runtime.Run(body) }

// BlockOn runs f on rt and waits for it, in an ordinary goroutine: [runtime.BlockOn].
func BlockOn[T any](ctx context.Context, rt *Runtime, f Future[T]) (T, error) {
	return runtime.BlockOn(ctx, rt, f)
}

// Spawn makes a task of f: [runtime.Spawn].
func Spawn[T any](on Spawner, f Future[T]) *JoinHandle[T] { return runtime.Spawn(on, f) }

// Go makes a task of a body: [runtime.Go].
func Go[T any](on Spawner, body func(cx *Context) (T, error)) *JoinHandle[T] {
	return runtime.Go(on, body)
}

// SpawnBlocking runs fn, which may block, on a goroutine of its own: [runtime.SpawnBlocking].
func SpawnBlocking[T any](on Spawner, fn func(ctx context.Context) (T, error)) *JoinHandle[T] {
	return runtime.SpawnBlocking(on, fn)
}

// Async makes a future of a body: [future.Async].
func Async[T any](body func(cx *Context) (T, error)) Future[T] { return future.Async(body) }

// Await waits, in a body, until f is ready: [future.Await].
func Await[T any](cx *Context, f Future[T]) (T, error) { return future.Await(cx, f) }

// Yield lets the other tasks that are ready run first: [future.Yield].
func Yield(cx *Context) error { return future.Yield(cx) }

// Sleep waits, in a body, for d: [timer.Sleep].
func Sleep(cx *Context, d time.Duration) error { return timer.Sleep(cx, d) }
