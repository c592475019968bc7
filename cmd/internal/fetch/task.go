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

// arrival is what a download has brought before its file has a name.
type arrival struct {
	result   Result
	file     *partial // nil unless it has come whole
	proposed string   // the server's name for it, or ""
}

// run is the body of a download's task.
func (b *Batch) run(cx *simmer.Context, d *Download) (Result, error) {
	got, err := b.receive(cx, d)
	if err != nil {
		return got.result, err
	}
	defer got.file.discard()
	return b.commit(cx, d, got)
}

// receive makes the tries, under the timeout.
func (b *Batch) receive(cx *simmer.Context, d *Download) (arrival, error) {
	if b.opt.Timeout <= 0 {
		return b.tries(cx, d)
	}
	// The inner body has a cx of its own, which the parameter of the same name keeps apart from this one.
	body := simmer.Async(func(cx *simmer.Context) (arrival, error) { return b.tries(cx, d) })
	got, err := simmer.Await(cx, timer.Timeout(b.opt.Timeout, body))
	if errors.Is(err, timer.ErrElapsed) {
		got, err = arrival{result: Result{File: d.name}}, fmt.Errorf("timed out after %v", b.opt.Timeout)
	}
	return got, err
}

// commit gives the file its name, on the blocking pool. The timeout does not cover it, and its handle outlives an abort:
// otherwise a download could be reported as failed whose file gets its name in the same moment.
func (b *Batch) commit(cx *simmer.Context, d *Download, got arrival) (Result, error) {
	h := simmer.SpawnBlocking(cx, func(context.Context) (Result, error) {
		result := got.result
		result.File = b.finalName(d, got)
		if err := got.file.commit(result.File); err != nil {
			return result, newFileError(err)
		}
		result.Bytes = got.file.size
		return result, nil
	})
	d.commit.Store(h)
	return h.Await(cx)
}

// tries makes one try after the other until one succeeds, cannot be helped, or was the last.
func (b *Batch) tries(cx *simmer.Context, d *Download) (arrival, error) {
	pause := b.opt.Backoff
	for left := b.opt.Retries; ; left-- {
		d.restart()
		got, err := b.try(cx, d)
		if err == nil || left <= 0 || !httpget.Retryable(err) {
			return got, err
		}
		d.enter(Retrying)
		if err := simmer.Sleep(cx, pause); err != nil {
			return got, err
		}
		pause = min(2*pause, maxBackoff)
	}
}

// try gets the resource and writes its file.
func (b *Batch) try(cx *simmer.Context, d *Download) (got arrival, err error) {
	got.result.File = d.name
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
			got.result.Status = refused.Code
		}
		return got, err
	}
	defer res.Close()
	got.result.Status = res.Status
	got.proposed = clean(res.Name)
	d.isPacked.Store(res.IsPacked)
	d.length.Store(res.Length)
	d.enter(Receiving)

	file := &partial{dir: b.opt.Dir}
	defer func() { // also while it unwinds
		if got.file == nil {
			file.discard()
		}
	}()
	if err := save(cx, d, res, file); err != nil {
		return got, err
	}
	got.file = file
	return got, nil
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
		d.came.Add(int64(m))
		d.received.Store(res.Received())
	}
	return n, err
}

// finalName is the name that the server proposes, if that is one, or else the URL's. What the server has chosen never replaces a
// file that was there before: the user has not named it.
func (b *Batch) finalName(d *Download, got arrival) string {
	if got.proposed == "" || got.proposed == d.name {
		return d.name
	}
	return b.names.take(got.proposed, got.file.exists)
}

// block runs fn, which blocks, on the runtime's blocking pool, and waits for it.
func block(cx *simmer.Context, fn func() error) error {
	h := simmer.SpawnBlocking(cx, func(context.Context) (struct{}, error) { return struct{}{}, fn() })
	_, err := h.Await(cx)
	return err
}
