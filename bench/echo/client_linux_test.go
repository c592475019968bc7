package echo

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/usage"
)

// serve answers connections by handle until the test ends, and returns a short load on them.
func serve(t *testing.T, handle func(conn net.Conn)) *load {
	l, err := net.Listen("tcp", anyPort)
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() { // ends when the listener is closed
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			ended := context.AfterFunc(t.Context(), func() { conn.Close() })
			wg.Go(func() { // ends when the client closes, or with the test
				defer conn.Close()
				defer ended()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() { // the test's context has ended
		l.Close()
		wg.Wait()
	})
	return &load{Address: l.Addr().String(), Conns: 3, Size: 64, WarmUp: 10 * time.Millisecond, Duration: 50 * time.Millisecond}
}

// change echoes messages of 64 bytes as f returns them; number counts them from 1.
func change(f func(number int, message []byte) []byte) func(net.Conn) {
	return func(conn net.Conn) {
		buf := make([]byte, 64)
		for number := 1; ; number++ {
			if _, err := io.ReadFull(conn, buf); err != nil {
				return
			}
			if _, err := conn.Write(f(number, buf)); err != nil {
				return
			}
		}
	}
}

func TestClientCountsWholeAnswersOfAnySize(t *testing.T) {
	for _, size := range []int{1, 7, 64, bufferSize + 1, 32 << 20} {
		l := serve(t, echoGo)
		l.Size, l.Duration = size, 300*time.Millisecond
		f, err := l.run()
		require.NoError(t, err, size)
		require.Positive(t, f.Requests, size)
		require.GreaterOrEqual(t, f.Wall, l.Duration)
		require.Positive(t, f.ClientCPU)
		require.Zero(t, f.ServerCPU, "no process was named")
	}
}

func TestClientPutsABytesBackTogether(t *testing.T) {
	l := serve(t, func(conn net.Conn) {
		one := make([]byte, 1)
		for {
			if _, err := conn.Read(one); err != nil {
				return
			}
			if _, err := conn.Write(one); err != nil {
				return
			}
		}
	})
	l.Conns, l.Duration = 1, 500*time.Millisecond
	f, err := l.run()
	require.NoError(t, err)
	require.Positive(t, f.Requests)
}

func TestClientFindsWrongAnswers(t *testing.T) {
	var first []byte // of the first connection that comes to its third message
	var once sync.Once
	for name, test := range map[string]struct {
		change  func(number int, message []byte) []byte
		problem string
	}{
		"last byte changed": {func(_ int, m []byte) []byte { m[63] ^= 1; return m }, "came back wrong"},
		"byte in the middle": {func(n int, m []byte) []byte {
			if n == 3 {
				m[32] ^= 1
			}
			return m
		}, "request 3: the bytes from 0 to 64 came back wrong"},
		"one byte more": {func(_ int, m []byte) []byte { return append(m[:64:64], 0) }, "1 bytes came back after the last one"},
		"an old answer": {func(n int, m []byte) []byte { m[0] = byte(n - 1); return m }, "came back wrong"},
		"another connection's answer": {func(n int, m []byte) []byte {
			if n == 3 {
				once.Do(func() { first = append([]byte(nil), m...) })
				return first
			}
			return m
		}, "request 3"},
	} {
		t.Run(name, func(t *testing.T) {
			l := serve(t, change(test.change))
			l.Duration = time.Second
			_, err := l.run()
			require.ErrorContains(t, err, test.problem)
		})
	}
}

func TestClientFailsIfTheServerCloses(t *testing.T) {
	l := serve(t, func(conn net.Conn) { io.ReadFull(conn, make([]byte, 64)) })
	_, err := l.run()
	require.ErrorContains(t, err, "closed")
}

func TestClientFailsIfNothingIsAnswered(t *testing.T) {
	l := serve(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	_, err := l.run()
	require.ErrorContains(t, err, "no answer in 50ms")
}

func TestConnectionsThatAreNotAnsweredAreMissingInTheCheck(t *testing.T) {
	var silent atomic.Bool
	l := serve(t, func(conn net.Conn) {
		if silent.CompareAndSwap(false, true) {
			io.Copy(io.Discard, conn)
			return
		}
		echoGo(conn)
	})
	f, err := l.run()
	require.NoError(t, err)
	require.Equal(t, 2, f.Served)
	r := f.result("soup", *l)
	a := r.answer()
	require.Equal(t, int64(3), a.Units)
	require.Equal(t, uint64(2), a.Check)
}

func TestConnectionsThatWereAnsweredBeforeTheMeasuredTimeAreMissingToo(t *testing.T) {
	l := serve(t, func(conn net.Conn) {
		message := make([]byte, 64)
		io.ReadFull(conn, message)
		conn.Write(message)
		if binary.LittleEndian.Uint32(message[4:]) == 1 { // the connection's number
			io.Copy(io.Discard, conn)
			return
		}
		echoGo(conn)
	})
	l.WarmUp = 100 * time.Millisecond
	f, err := l.run()
	require.NoError(t, err)
	require.Equal(t, 2, f.Served)
}

func TestClientFailsWhereNobodyListens(t *testing.T) {
	l := serve(t, echoGo)
	closed, err := net.Listen("tcp", anyPort)
	require.NoError(t, err)
	l.Address = closed.Addr().String()
	require.NoError(t, closed.Close())
	_, err = l.run()
	require.ErrorContains(t, err, "connection refused")
}

func TestLatencyIsThatOfTheWholeExchange(t *testing.T) {
	const delay = 5 * time.Millisecond
	l := serve(t, change(func(_ int, m []byte) []byte {
		time.Sleep(delay)
		return m
	}))
	f, err := l.run()
	require.NoError(t, err)
	require.GreaterOrEqual(t, f.P50, float64(delay.Microseconds()))
	require.GreaterOrEqual(t, f.P99, f.P50)
	require.GreaterOrEqual(t, f.Max, f.P999)
	require.LessOrEqual(t, f.Requests, int64(l.Conns)*int64(f.Wall/delay+1), "a closed loop")
}

func TestQuantilesAreSamples(t *testing.T) {
	var samples []time.Duration
	for i := 1000; i > 0; i-- {
		samples = append(samples, time.Duration(i)*time.Microsecond)
	}
	var f figures
	f.summarize(samples)
	require.Equal(t, figures{Requests: 1000, P50: 501, P90: 901, P99: 991, P999: 1000, Max: 1000}, f)
}

func TestProcessorTimeIsThatOfTheProcess(t *testing.T) {
	used, err := processCPU(os.Getpid())
	require.NoError(t, err)
	require.InDelta(t, usage.CPU().Seconds(), used.Seconds(), 0.05)
	_, err = processCPU(1 << 22) // no process has this number
	require.Error(t, err)
}
