package aio_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
)

// TestS15ThousandsOfConnectionsOnFourWorkers: 10,000 connections, both ends as tasks; nine of ten are idle while the others talk,
// and then each is heard once.
//
// tokio: tests/tcp_accept.rs accept_many: thousands of connections are accepted and served
// covers: S15
func TestS15ThousandsOfConnectionsOnFourWorkers(t *testing.T) {
	n := min(10_000, fileLimit(t)/2-100)
	if invariant.Enabled || testing.Short() {
		n = min(n, 1000)
	}
	rt, err := runtime.New(runtime.Config{Workers: 4})
	require.NoError(t, err)
	_, err = runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (struct{}, error) {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return struct{}{}, err
		}
		defer ln.Close()
		runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
			for {
				conn, err := ln.Accept(cx)
				if err != nil {
					return struct{}{}, err
				}
				runtime.Spawn(cx, aio.Serving(conn, echoByte))
			}
		})
		conns := make([]*aio.Conn, n)
		for i := range conns {
			if conns[i], err = aio.Dial(cx, "tcp", ln.Addr().String()); err != nil {
				return struct{}{}, fmt.Errorf("connection %d: %w", i, err)
			}
			defer conns[i].Close()
		}
		for range 20 {
			if err := talk(cx, conns[:n/10]); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, talk(cx, conns)
	}))
	require.NoError(t, err)
	require.Equal(t, 4, rt.Metrics().Workers)
	require.NoError(t, rt.Close())
}

// fileLimit raises the limit of open files as far as it goes, for this test, and returns it.
func fileLimit(t *testing.T) int {
	t.Helper()
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))
	raised := before
	raised.Cur = before.Max
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised))
	t.Cleanup(func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before)) })
	return int(min(raised.Cur, 1<<20))
}

// talk sends a byte on every connection and waits for all answers.
func talk(cx *future.Context, conns []*aio.Conn) error {
	handles := make([]*runtime.JoinHandle[struct{}], len(conns))
	for i, conn := range conns {
		handles[i] = runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
			b := []byte{byte(i)}
			if err := conn.WriteAll(cx, b); err != nil {
				return struct{}{}, err
			}
			b[0]++
			if _, err := conn.Read(cx, b); err != nil {
				return struct{}{}, err
			}
			if b[0] != byte(i) {
				return struct{}{}, fmt.Errorf("connection %d answers %d", i, b[0])
			}
			return struct{}{}, nil
		})
	}
	for _, h := range handles {
		if _, err := h.Await(cx); err != nil {
			return err
		}
	}
	return nil
}

func echoByte(cx *future.Context, conn *aio.Conn) (struct{}, error) {
	b := make([]byte, 1)
	for {
		if _, err := conn.Read(cx, b); err != nil {
			return struct{}{}, err
		}
		if err := conn.WriteAll(cx, b); err != nil {
			return struct{}{}, err
		}
	}
}
