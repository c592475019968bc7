package echo

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/runtime"
)

// Server echoes the connections of one listener.
type Server struct {
	rt       *simmer.Runtime
	listener *aio.Listener
	open     atomic.Int64
}

// Listen makes a server that listens on address, whose tasks run on rt.
func Listen(ctx context.Context, rt *simmer.Runtime, address string) (*Server, error) {
	l, err := simmer.BlockOn(ctx, rt, simmer.Async(func(cx *simmer.Context) (*aio.Listener, error) {
		return aio.Listen(cx, "tcp", address)
	}))
	if err != nil {
		return nil, err
	}
	return &Server{rt: rt, listener: l}, nil
}

// Addr returns the address with the port that was given. Any goroutine.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Open returns the number of open connections. Any goroutine.
func (s *Server) Open() int { return int(s.open.Load()) }

// Serve accepts connections until ctx ends, and then returns nil. It leaves the listener closed. The connections belong to the
// runtime, not to Serve: they go on until their clients close them or the runtime is closed. Call it once.
func (s *Server) Serve(ctx context.Context) error {
	defer s.listener.Close() // here, because the body does not run if ctx has ended
	accepting := simmer.Go(s.rt, s.accept)
	_, err := accepting.Wait(ctx)
	if ctx.Err() == nil {
		return err
	}
	accepting.Abort()
	accepting.Wait(context.Background()) // it ends at once: cancelled, or with the error of a closed listener
	return nil
}

// accept is the body of the accepting task. Accept waits by itself while the system lacks descriptors.
func (s *Server) accept(cx *simmer.Context) (struct{}, error) {
	for {
		conn, err := s.listener.Accept(cx)
		if err != nil {
			return struct{}{}, err
		}
		s.open.Add(1)
		// On the runtime, not on cx: what belongs to this task would end with it.
		runtime.SpawnValue(s.rt, &session{conn: conn, open: &s.open})
	}
}
