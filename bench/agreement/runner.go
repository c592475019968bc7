package agreement

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"time"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// runner is the harness of simmer bench.
type runner struct {
	peers []peers.Peer
	log   func(line string)
	argv  map[string][]string // of the peers that have been asked for
}

// Measure runs the row as simmer bench does, but for its confinement and the length of its samples. No round is taken again because others disturb it: the
// other side's are not either.
func (r *runner) Measure(ctx context.Context, c *Case) (samples []float64, err error) {
	peer, err := r.peer(ctx, c)
	if err != nil {
		return nil, err
	}
	w, err := find(c)
	if err != nil {
		return nil, err
	}
	suite := r.suite(peer, w, c)
	var result measure.Result
	err = suite.Run(ctx, func(results []measure.Result) error {
		result = results[0]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return figures(&result, c)
}

// figures returns those of r that c is compared by.
func figures(r *measure.Result, c *Case) ([]float64, error) {
	switch {
	case r.Failed:
		return nil, errors.New(r.Note)
	case c.Figure == "":
		return r.Samples, nil
	case len(r.Figures) == 0:
		return nil, fmt.Errorf("the peer tells no %s", c.Figure)
	}
	return r.Figures, nil
}

// still is a machine on which others do nothing.
type still struct{}

func (still) Busy() (time.Duration, error) { return 0, nil }

// suite is what measures c.
func (r *runner) suite(peer measure.Peer, w workload.Workload, c *Case) *measure.Suite {
	plan := c.sampling()
	return &measure.Suite{
		Peers: []measure.Peer{peer}, Workloads: []workload.Workload{w}, Workers: c.Workers, Cores: goruntime.NumCPU(), Rounds: plan.number,
		MinSample: plan.least, Load: still{}, Observer: nobody{},
	}
}

// find returns the workload of c, compared by the figure of c.
func find(c *Case) (workload.Workload, error) {
	all := workload.All()
	i := slices.IndexFunc(all, func(w workload.Workload) bool { return w.Name == c.Bench })
	if i < 0 {
		return workload.Workload{}, fmt.Errorf("there is no row %s", c.Bench)
	}
	w := all[i]
	if c.Figure != "" {
		w.Metric = workload.Metric{Name: c.Figure}
	}
	return w, nil
}

// peer returns the peer of c, with the row of c alone.
func (r *runner) peer(ctx context.Context, c *Case) (measure.Peer, error) {
	argv, ok := r.argv[c.Peer]
	if !ok {
		chosen, err := peers.Choose(r.peers, []string{c.Peer})
		if err != nil {
			return measure.Peer{}, err
		}
		if argv, err = chosen[0].Command(ctx, r.log); err != nil {
			return measure.Peer{}, fmt.Errorf("peer %s: %w", c.Peer, err)
		}
		if r.argv == nil {
			r.argv = map[string][]string{}
		}
		r.argv[c.Peer] = argv
	}
	row := protocol.Row{Bench: c.Bench, Impl: c.Impl}
	return measure.Peer{
		Endpoint: measure.Endpoint{Name: c.Peer, Argv: argv},
		Hello:    protocol.Hello{Peer: c.Peer, Workers: c.Workers, Rows: []protocol.Row{row}},
	}, nil
}

// nobody looks on while the runner measures.
type nobody struct{}

func (nobody) Begin(time.Duration) {}
func (nobody) Row(string)          {}
func (nobody) Did(time.Duration)   {}

// version returns the versions that the peer of c says it has.
func (r *runner) version(ctx context.Context, c *Case) (string, error) {
	peer, err := r.peer(ctx, c)
	if err != nil {
		return "", err
	}
	met, err := measure.Meet(ctx, peer.Endpoint, c.Workers)
	return met.Hello.Version, err
}
