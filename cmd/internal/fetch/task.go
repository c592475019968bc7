package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/cmd/internal/httpget"
	"github.com/simmer-go/simmer/timer"
)

const (
	// chunkSize is what one call to the blocking pool writes: large enough that handing it over (some microseconds) is nothing
	// beside the write, small enough that a thousand downloads fit into 64 MiB.
	chunkSize = 64 << 10
	// maxBackoff bounds the pause before another try, which doubles from try to try.
	maxBackoff = 5 * time.Second
)

// run is the body of a download's task.
func (b *Batch) run(cx *simmer.Context, d *Download) (Result, error) {
	if b.opt.Timeout <= 0 {
		return b.tries(cx, d)
	}
	// The inner body has a cx of its own, which the parameter of the same name keeps apart from this one.
	body := simmer.Async(func(cx *simmer.Context) (Result, error) { return b.tries(cx, d) })
	result, err := simmer.Await(cx, timer.Timeout(b.opt.Timeout, body))
	if errors.Is(err, timer.ErrElapsed) {
		result, err = Result{File: d.name}, fmt.Errorf("timed out after %v", b.opt.Timeout)
	}
	return result, err
}

// tries makes one try after the other until one succeeds, cannot be helped, or was the last.
func (b *Batch) tries(cx *simmer.Context, d *Download) (Result, error) {
	pause := b.opt.Backoff
	for left := b.opt.Retries; ; left-- {
		d.restart()
		result, err := b.try(cx, d)
		if err == nil || left <= 0 || !httpget.Retryable(err) {
			return result, err
		}
		d.enter(Retrying)
		if err := simmer.Sleep(cx, pause); err != nil {
			return result, err
		}
		pause = min(2*pause, maxBackoff)
	}
}

// try gets the resource and makes its file.
func (b *Batch) try(cx *simmer.Context, d *Download) (Result, error) {
	result := Result{File: d.name}
	client := httpget.Client{RootCAs: b.opt.RootCAs, Dial: func(address string) (net.Conn, error) {
		conn, err := aio.Dial(cx, "tcp", address)
		if err != nil {
			return nil, err
		}
		return conn.Std(cx), nil
	}}
	res, err := client.Get(d.url)
	if err != nil {
		var refused *httpget.StatusError
		if errors.As(err, &refused) {
			result.Status = refused.Code
		}
		return result, err
	}
	defer res.Close()
	result.Status = res.Status
	d.length.Store(res.Length)
	d.enter(Receiving)

	file := &partial{dir: b.opt.Dir}
	defer file.discard()
	if err := save(cx, d, res, file); err != nil {
		return result, err
	}
	err = block(cx, func() error {
		result.File = b.finalName(d, res, file)
		return file.commit(result.File)
	})
	if err != nil {
		return result, newFileError(err)
	}
	result.Bytes = file.size
	return result, nil
}

// save copies the body of res to file, a chunk at a time.
func save(cx *simmer.Context, d *Download, res *httpget.Response, file *partial) error {
	chunk := make([]byte, chunkSize)
	for {
		n, err := fill(d, res, chunk)
		if err != nil && err != io.EOF {
			return err
		}
		if failure := block(cx, func() error { return file.write(chunk[:n]) }); failure != nil {
			return newFileError(failure)
		}
		if err == io.EOF {
			return nil
		}
	}
}

// fill reads until chunk is full or the body ends.
func fill(d *Download, res *httpget.Response, chunk []byte) (n int, err error) {
	for n < len(chunk) && err == nil {
		var m int
		m, err = res.Read(chunk[n:])
		n += m
		d.received.Store(res.Received())
	}
	return n, err
}

// finalName is the name that the server proposes, if that is one, or else the URL's. What the server has chosen never replaces a
// file that was there before: the user has not named it.
func (b *Batch) finalName(d *Download, res *httpget.Response, file *partial) string {
	proposed := clean(res.Name)
	if proposed == "" || proposed == d.name {
		return d.name
	}
	return b.names.take(proposed, file.exists)
}

// block runs fn, which blocks, on the runtime's blocking pool, and waits for it.
func block(cx *simmer.Context, fn func() error) error {
	h := simmer.SpawnBlocking(cx, func(context.Context) (struct{}, error) { return struct{}{}, fn() })
	_, err := h.Await(cx)
	return err
}
