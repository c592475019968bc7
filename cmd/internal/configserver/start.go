package configserver

import (
	"context"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
)

// Start makes the three servers listen on loopback, on ports that are free, and serves them on rt until it is closed. They
// differ in their delay: a client that asks all at once waits for the slowest only.
func Start(ctx context.Context, rt *simmer.Runtime) ([]*Server, error) {
	servers := []*Server{
		{File: "app.json", Delay: 300 * time.Millisecond, form: withLength},
		{File: "database.yaml", Delay: 200 * time.Millisecond, form: chunked},
		{File: "features.toml", Delay: 120 * time.Millisecond, form: packed},
	}
	for _, s := range servers {
		if err := s.start(ctx, rt); err != nil {
			return nil, err
		}
	}
	return servers, nil
}

func (s *Server) start(ctx context.Context, rt *simmer.Runtime) error {
	body, err := files.ReadFile("files/" + s.File)
	if err != nil {
		return err
	}
	s.body = body
	l, err := simmer.BlockOn(ctx, rt, simmer.Async(func(cx *simmer.Context) (*aio.Listener, error) {
		return aio.Listen(cx, "tcp", "127.0.0.1:0")
	}))
	if err != nil {
		return err
	}
	s.URL = "http://" + l.Addr().String() + "/" + s.File
	simmer.Go(rt, func(cx *simmer.Context) (struct{}, error) { return struct{}{}, s.serve(cx, l) })
	return nil
}
