package measure

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// MinRounds is the least number of samples that a row may rest on without a mark.
const MinRounds = 10

// Endpoint is how a peer is started.
type Endpoint struct {
	Name string
	Argv []string // without --workers
}

// Peer is an endpoint that has said hello.
type Peer struct {
	Endpoint
	Hello protocol.Hello
}

// Meet starts a peer to hear its hello, and ends it.
func Meet(ctx context.Context, e Endpoint, workers int) (Peer, error) {
	p, err := start(ctx, e.Argv, workers)
	if err != nil {
		return Peer{}, err
	}
	p.stop()
	return Peer{e, p.Hello}, nil
}

// Observer is told how far a run is. Calls come from the goroutine that called Run.
type Observer interface {
	// Begin tells the time that the run will take at least.
	Begin(expected time.Duration)
	// Row tells that a workload begins.
	Row(name string)
	// Did tells that a part of the expected time is over.
	Did(part time.Duration)
}

// Suite is what is to be measured.
type Suite struct {
	Peers     []Peer
	Workloads []workload.Workload
	Workers   int           // that each peer is asked for, at least 1
	Cores     int           // of the machine: more workers than these are noted
	Rounds    int           // samples of each row, at least 1
	MinSample time.Duration // the least time that one of a timed row measures; 0: the constant MinSample
	Load      Load
	Observer  Observer
}

// lane is one way to run a workload: an impl of a peer.
type lane struct {
	peer Peer
	row  protocol.Row
}

// Run measures all and gives the results of each workload that a peer has to done, in order, as soon as they are there. It returns
// early if ctx ends or done fails, with that error. A peer's failure is no error of Run, but a result.
func (s *Suite) Run(ctx context.Context, done func([]Result) error) error {
	s.Observer.Begin(s.expected())
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if !s.runs(w) {
			continue
		}
		s.Observer.Row(w.Name)
		results := s.workload(ctx, w)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := done(results); err != nil {
			return err
		}
	}
	return nil
}

func (s *Suite) workload(ctx context.Context, w *workload.Workload) []Result {
	// The order of the lanes is drawn, from the same seed in each run.
	order := rand.New(rand.NewPCG(1, uint64(s.Rounds)))
	if !w.IsProbe() {
		t := timed{suite: s, workload: w, order: order}
		return t.run(ctx, s.lanes(w, 0))
	}
	var results []Result
	for _, scale := range w.Scales {
		p := probe{suite: s, workload: w, scale: scale, order: order}
		results = append(results, p.run(ctx, s.lanes(w, scale))...)
	}
	return results
}

// runs reports whether a peer has a row of w.
func (s *Suite) runs(w *workload.Workload) bool {
	for _, p := range s.Peers {
		if slices.ContainsFunc(p.Hello.Rows, func(row protocol.Row) bool { return row.Bench == w.Name }) {
			return true
		}
	}
	return false
}

// lanes returns the ways to run w at scale, in the order of the peers.
func (s *Suite) lanes(w *workload.Workload, scale int64) []lane {
	var lanes []lane
	for _, p := range s.Peers {
		for _, row := range p.Hello.Rows {
			if row.Bench == w.Name && w.Fits(row.Impl, scale) {
				lanes = append(lanes, lane{p, row})
			}
		}
	}
	return lanes
}

// result begins the row of a lane.
func (s *Suite) result(w *workload.Workload, l lane, n int64) *Result {
	r := &Result{Workload: w, Peer: l.peer.Name}
	r.Bench, r.Impl, r.Unit, r.N, r.Metric, r.Workers = w.Name, l.row.Impl, w.Unit, n, metricOf(w), s.workersOf(w, l)
	if r.Workers > s.Cores {
		r.Mark("%s on %s", plural(r.Workers, "worker"), plural(s.Cores, "core"))
	}
	return r
}

// workersOf returns the number of workers that a lane runs w on. A workload or a peer may have a number of its own.
func (s *Suite) workersOf(w *workload.Workload, l lane) int {
	switch {
	case w.Workers > 0:
		return w.Workers
	case l.peer.Hello.Workers > 0:
		return l.peer.Hello.Workers
	}
	return s.Workers
}

func (s *Suite) minSample() time.Duration {
	if s.MinSample == 0 {
		return MinSample
	}
	return s.MinSample
}

// The expected times are rough: they only move a progress bar.
const (
	startTime = 250 * time.Millisecond // a process of a probe
	roundTime = 180 * time.Millisecond // a process, its warm-up, one sample
	stepTime  = 3 * time.Microsecond   // one step of a probe's scale
)

func (s *Suite) expected() (sum time.Duration) {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if !w.IsProbe() {
			sum += time.Duration(len(s.lanes(w, 0))*s.Rounds) * roundTime
		}
		for _, scale := range w.Scales {
			sum += time.Duration(len(s.lanes(w, scale))*w.ProbeSamples()) * probeTime(w, scale)
		}
	}
	return sum
}

func probeTime(w *workload.Workload, scale int64) time.Duration {
	return startTime + w.Lasts + time.Duration(scale)*stepTime
}
