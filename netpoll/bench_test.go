//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// BenchmarkPoll is one poll of a reactor that has nothing to report.
func BenchmarkPoll(b *testing.B) {
	r := newTestReactor(b)
	w := newWorker(r)
	b.ReportAllocs()
	for b.Loop() {
		r.Poll(&w.local)
	}
}

// BenchmarkRead is one write of 64 bytes into a Unix socket and one read of them that is ready.
func BenchmarkRead(b *testing.B) {
	message := make([]byte, 64)
	b.Run("Registration", func(b *testing.B) {
		r := newTestReactor(b)
		w := newWorker(r)
		g, peer := pair(b, r)
		buf := make([]byte, 64) // a full read leaves the readiness
		send(b, peer, "x")
		r.Poll(&w.local)
		drain(b, g.fd.fd)
		task := w.newTask()
		cx := future.NewContext(&w.local, &task.Header)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := unix.Write(peer, message); err != nil {
				b.Fatal(err)
			}
			w.local.BeginPoll()
			if n, ready, err := g.PollRead(&cx, buf); n != 64 || !ready || err != nil {
				b.Fatal(n, ready, err)
			}
		}
	})
	b.Run("goroutine", func(b *testing.B) {
		fd, peer := socketpair(b)
		file := os.NewFile(uintptr(fd), "socket")
		conn, err := net.FileConn(file)
		require.NoError(b, err)
		require.NoError(b, file.Close())
		buf := make([]byte, 64)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := unix.Write(peer, message); err != nil {
				b.Fatal(err)
			}
			if n, err := conn.Read(buf); n != 64 || err != nil {
				b.Fatal(n, err)
			}
		}
		require.NoError(b, conn.Close())
	})
}

// BenchmarkPark is one wait of a worker, ended by an ordinary goroutine, which then waits for the worker's answer.
func BenchmarkPark(b *testing.B) {
	b.Run("Parking", func(b *testing.B) {
		r := newTestReactor(b)
		p := newTestParking(b, r, newTestClock(), 1)
		w := newWorker(r)
		answer, stopped := make(chan struct{}), make(chan struct{})
		var asked, stop sy.Bool
		go func() { // ends when stop is set and it is unparked
			defer close(stopped)
			for !stop.Load() {
				p.Park(0, &w.local, forever)
				if asked.Swap(false) {
					answer <- struct{}{}
				}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			asked.Store(true)
			p.Unpark(0, false)
			<-answer
		}
		stop.Store(true)
		p.Unpark(0, false)
		<-stopped
	})
	b.Run("goroutine", func(b *testing.B) {
		question, answer := make(chan struct{}), make(chan struct{})
		go func() { // ends when question is closed
			for range question {
				answer <- struct{}{}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			question <- struct{}{}
			<-answer
		}
		close(question)
	})
}
