package oneshot_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// inBody runs b's loop in a body on a runtime.
func inBody(b *testing.B, workers int, body func(cx *future.Context, loop func() bool)) {
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(b, err)
	_, err = runtime.BlockOn(b.Context(), rt, future.Async(func(cx *future.Context) (none, error) {
		b.ReportAllocs()
		body(cx, b.Loop)
		return none{}, nil
	}))
	require.NoError(b, err)
	require.NoError(b, rt.Close())
}

// BenchmarkSendRecv makes a channel, sends and receives, without waiting: ns/op.
func BenchmarkSendRecv(b *testing.B) {
	b.Run("new", func(b *testing.B) {
		inBody(b, 1, func(cx *future.Context, loop func() bool) {
			for i := 0; loop(); i++ {
				tx, rx := oneshot.New[int]()
				_ = tx.Send(cx, i)
				_, _ = rx.Recv(cx)
			}
		})
	})
	b.Run("channel", func(b *testing.B) {
		inBody(b, 1, func(cx *future.Context, loop func() bool) {
			var ch oneshot.Channel[int]
			for i := 0; loop(); i++ {
				_ = ch.Sender().Send(cx, i)
				_, _ = ch.Receiver().Recv(cx)
				ch.Reset()
			}
		})
	})
	b.Run("chan", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c := make(chan int, 1)
			c <- i
			<-c
		}
	})
}

// BenchmarkRequestReply has one task send requests to another through an mpsc channel and wait for each reply (tokio's
// benches/sync_mpsc_oneshot.rs): ns/op.
func BenchmarkRequestReply(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("new-%d", workers), func(b *testing.B) {
			inBody(b, workers, func(cx *future.Context, loop func() bool) {
				tx, rx := mpsc.New[oneshot.Sender[int]](10)
				runtime.Go(cx, func(cx *future.Context) (none, error) {
					for reply := range rx.All(cx) {
						_ = reply.Send(cx, 1)
					}
					return none{}, nil
				})
				for loop() {
					reply, got := oneshot.New[int]()
					_ = tx.Send(cx, reply)
					_, _ = got.Recv(cx)
				}
				tx.Close(cx)
			})
		})
		b.Run(fmt.Sprintf("channel-%d", workers), func(b *testing.B) {
			inBody(b, workers, func(cx *future.Context, loop func() bool) {
				tx, rx := mpsc.New[oneshot.Sender[int]](10)
				runtime.Go(cx, func(cx *future.Context) (none, error) {
					for reply := range rx.All(cx) {
						_ = reply.Send(cx, 1)
					}
					return none{}, nil
				})
				var ch oneshot.Channel[int]
				for loop() {
					_ = tx.Send(cx, ch.Sender())
					_, _ = ch.Receiver().Recv(cx)
					ch.Reset()
				}
				tx.Close(cx)
			})
		})
	}
	b.Run("machine", func(b *testing.B) {
		inBody(b, 1, func(cx *future.Context, loop func() bool) {
			tx, rx := mpsc.New[oneshot.Sender[int]](10)
			runtime.SpawnValue(cx, &server{rx: rx})
			_, _ = runtime.SpawnValue(cx, &client{tx: tx, loop: loop}).Await(cx)
		})
	})
	b.Run("chan", func(b *testing.B) {
		b.ReportAllocs()
		requests := make(chan chan int, 10)
		go func() { // ends with the requests
			for reply := range requests {
				reply <- 1
			}
		}()
		for b.Loop() {
			reply := make(chan int, 1)
			requests <- reply
			<-reply
		}
		close(requests)
	})
}

// pinger is one side of a game of ping-pong between hand-written tasks.
type pinger struct {
	mine, other *oneshot.Channel[int]
	loop        func() bool
}

func (p *pinger) Poll(cx *future.Context) (none, bool, error) {
	for {
		v, ready, err := p.mine.Receiver().PollRecv(cx)
		if !ready {
			return none{}, false, nil
		}
		if err != nil || p.loop != nil && !p.loop() {
			p.other.Sender().Close(cx)
			return none{}, true, nil
		}
		p.mine.Reset()
		_ = p.other.Sender().Send(cx, v+1)
	}
}

// client asks and waits for the reply, as a hand-written task.
type client struct {
	tx      *mpsc.Sender[oneshot.Sender[int]]
	w       mpsc.Waiter
	reply   oneshot.Channel[int]
	waiting bool
	loop    func() bool
}

func (c *client) Poll(cx *future.Context) (none, bool, error) {
	for {
		if c.waiting {
			if _, ready, _ := c.reply.Receiver().PollRecv(cx); !ready {
				return none{}, false, nil
			}
			c.reply.Reset()
			c.waiting = false
		}
		if !c.loop() {
			c.tx.Close(cx)
			return none{}, true, nil
		}
		for !c.waiting {
			if _, c.waiting, _ = c.tx.PollSend(cx, &c.w, c.reply.Sender()); !c.waiting {
				return none{}, false, nil
			}
		}
	}
}

// server replies, as a hand-written task.
type server struct {
	rx *mpsc.Receiver[oneshot.Sender[int]]
}

func (s *server) Poll(cx *future.Context) (none, bool, error) {
	for {
		reply, ready, err := s.rx.PollRecv(cx)
		if !ready || err != nil {
			return none{}, ready, nil
		}
		_ = reply.Send(cx, 1)
	}
}

// BenchmarkPingPong has two hand-written tasks send each other a value in turn: ns/op is two sends and two receives.
func BenchmarkPingPong(b *testing.B) {
	b.Run("simmer", func(b *testing.B) {
		inBody(b, 1, func(cx *future.Context, loop func() bool) {
			var ping, pong oneshot.Channel[int]
			_ = ping.Sender().Send(cx, 0)
			runtime.SpawnValue(cx, &pinger{mine: &pong, other: &ping})
			_, _ = runtime.SpawnValue(cx, &pinger{mine: &ping, other: &pong, loop: loop}).Await(cx)
		})
	})
	b.Run("bodies", func(b *testing.B) {
		inBody(b, 1, func(cx *future.Context, loop func() bool) {
			var ping, pong oneshot.Channel[int]
			runtime.Go(cx, func(cx *future.Context) (none, error) {
				for {
					v, err := ping.Receiver().Recv(cx)
					if err != nil {
						return none{}, nil
					}
					ping.Reset()
					_ = pong.Sender().Send(cx, v)
				}
			})
			for loop() {
				_ = ping.Sender().Send(cx, 1)
				_, _ = pong.Receiver().Recv(cx)
				pong.Reset()
			}
			ping.Sender().Close(cx)
		})
	})
	b.Run("chan", func(b *testing.B) {
		ping, pong := make(chan int, 1), make(chan int, 1)
		go func() { // ends with ping
			for v := range ping {
				pong <- v
			}
		}()
		for b.Loop() {
			ping <- 1
			<-pong
		}
		close(ping)
	})
}
