package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/future"
)

// grace is how long an interrupted Run waits for its tasks to clean up. Closing a socket and removing a file take
// microseconds; a disk that hangs must not keep the user.
const grace = 400 * time.Millisecond

// Options say how to download. The zero value is right for tests; the command has its own defaults.
type Options struct {
	// Dir is where the files go. It is made if it is missing. Empty: the current directory.
	Dir string
	// Timeout bounds one download, with all its tries, until its last byte is written. 0: no bound.
	Timeout time.Duration
	// Retries is how often a download is tried again after a failure that may pass. 0: not at all.
	Retries int
	// Backoff is the pause before the first retry; it doubles from one to the next. 0: none.
	Backoff time.Duration
	// Sequential begins each download when the one before has ended.
	Sequential bool
	// RootCAs are the authorities that https servers must be vouched for by. Nil: the system's.
	RootCAs *x509.CertPool
	// Ended, if not nil, is called in Run's goroutine for each download that has ended, in that order.
	Ended func(*Download)
}

// Batch is a number of downloads that are made together. Run it once.
type Batch struct {
	// Downloads are in the order of their URLs.
	Downloads []*Download
	// Took is the time from the begin of the first to the end of the last, set by Run.
	Took time.Duration

	opt   Options
	names names
}

// New makes a batch of urls. A malformed one becomes a download that fails.
func New(urls []string, opt Options) *Batch {
	b := &Batch{opt: opt}
	if b.opt.Dir == "" {
		b.opt.Dir = "."
	}
	for _, raw := range urls {
		b.Downloads = append(b.Downloads, newDownload(raw, &b.names))
	}
	return b
}

// Run makes the downloads on rt, one task each, and returns when all have ended. What became of each is in its Result; Run's own
// error is that the directory cannot be made, or ctx's cause: then the downloads that had not ended were
// cancelled, and what they had begun is removed.
func (b *Batch) Run(ctx context.Context, rt *simmer.Runtime) error {
	if err := os.MkdirAll(b.opt.Dir, 0o777); err != nil {
		return fmt.Errorf("cannot make the output directory: %w", err)
	}
	began := time.Now()
	defer func() { b.Took = time.Since(began) }()
	running := b.start(rt)
	for running.next(ctx) {
	}
	if ctx.Err() != nil {
		running.cancel()
		return context.Cause(ctx)
	}
	return nil
}

// Failed returns how many downloads have no file. After Run.
func (b *Batch) Failed() int {
	failed := 0
	for _, d := range b.Downloads {
		if d.Result.Err != nil {
			failed++
		}
	}
	return failed
}

// running is a batch whose tasks run.
type running struct {
	b       *Batch
	rt      *simmer.Runtime
	handles []*simmer.JoinHandle[Result] // of the downloads that have begun, in their order
	ended   chan int                     // indexes of downloads that have ended; never full
	left    int                          // that have not been reported
}

func (b *Batch) start(rt *simmer.Runtime) *running {
	n := len(b.Downloads)
	r := &running{b: b, rt: rt, ended: make(chan int, n), left: n}
	first := n
	if b.opt.Sequential {
		first = min(n, 1)
	}
	for range first {
		r.spawn()
	}
	return r
}

// spawn begins the next download.
func (r *running) spawn() {
	i, d := len(r.handles), r.b.Downloads[len(r.handles)]
	r.handles = append(r.handles, simmer.Go(r.rt, func(cx *simmer.Context) (result Result, err error) {
		began := time.Now()
		// Deferred, because a download that panics or is aborted ends too.
		defer func() {
			d.took.Store(int64(time.Since(began)))
			r.ended <- i //simmer:ignore blocking it has room for all
		}()
		if d.err != nil {
			return Result{File: d.name}, d.err
		}
		return r.b.run(cx, d)
	}))
}

// next waits for the next download to end and reports it. It reports false when none is left or ctx has ended.
func (r *running) next(ctx context.Context) bool {
	if r.left == 0 {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case i := <-r.ended:
		result, err := r.handles[i].Wait(context.Background()) // about to complete: it is at its last deferred call
		r.report(i, result, err)
	}
	if len(r.handles) < len(r.b.Downloads) {
		r.spawn()
	}
	return true
}

// report says how a download ended.
func (r *running) report(i int, result Result, err error) {
	d := r.b.Downloads[i]
	if result.File == "" { // the task has ended without a result
		result.File = d.name
	}
	result.Took = d.Took()
	result.Err = reason(err)
	d.Result = result
	if result.Err == nil {
		d.enter(Done)
	} else {
		d.enter(Failed)
	}
	r.left--
	if r.b.opt.Ended != nil {
		r.b.opt.Ended(d)
	}
}

// cancel aborts the downloads that have not been reported, waits until they have cleaned up, and reports them.
func (r *running) cancel() {
	for _, h := range r.handles {
		h.Abort()
	}
	ctx, stop := context.WithTimeout(context.Background(), grace)
	defer stop()
	for i, d := range r.b.Downloads {
		switch {
		case d.Phase() == Done || d.Phase() == Failed:
		case i >= len(r.handles):
			r.report(i, Result{}, errCancelled)
		default:
			result, err := r.outcome(ctx, i)
			r.report(i, result, err)
		}
	}
}

// outcome waits, until ctx ends, for a download that was aborted. One whose file was just getting its name may be complete.
func (r *running) outcome(ctx context.Context, i int) (Result, error) {
	result, err := r.handles[i].Wait(ctx)
	commit := r.b.Downloads[i].commit.Load()
	if commit != nil && errors.Is(err, future.ErrCancelled) {
		result, err = commit.Wait(ctx)
	}
	switch {
	case !errors.Is(err, context.DeadlineExceeded):
	case commit != nil:
		err = errUnsure
	default:
		err = errCancelled
	}
	return result, err
}

var (
	errCancelled = errors.New("cancelled")
	errUnsure    = errors.New("cancelled while the file got its name: it may be there")
)

// reason tells the user why a task has failed.
func reason(err error) error {
	var join *simmer.JoinError
	switch {
	case errors.As(err, &join) && join.IsPanic():
		return fmt.Errorf("internal error: %w", err)
	case errors.Is(err, future.ErrCancelled), errors.Is(err, errDiscarded):
		return errCancelled
	}
	return err
}
