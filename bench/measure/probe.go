package measure

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

const (
	// longProbe is how long a probe may take and still be taken again because others disturbed it.
	longProbe = 5 * time.Second
	// probeTries bounds the samples that are taken for one: a process each, of which some last for seconds.
	probeTries = 2
)

// probe measures one workload at one scale, each sample in a new process.
type probe struct {
	suite    *Suite
	workload *workload.Workload
	scale    int64
	order    *rand.Rand
}

func (p *probe) run(ctx context.Context, lanes []lane) []Result {
	runners := make([]*runner, len(lanes))
	for i, l := range lanes {
		runners[i] = &runner{lane: l, result: p.suite.result(p.workload, l, p.scale), iterations: p.scale}
	}
	loads := map[*runner]*other{}
	for range p.workload.ProbeSamples() {
		for _, i := range p.order.Perm(len(runners)) {
			r := runners[i]
			if loads[r] == nil {
				loads[r] = new(other)
			}
			r.attempt(func() error { return p.sample(ctx, r, loads[r]) })
			p.suite.Observer.Did(probeTime(p.workload, p.scale))
		}
	}
	results := make([]Result, len(runners))
	for i, r := range runners {
		if !r.result.Failed {
			r.result.summarize(r.answers)
			if r.result.Runs == 1 {
				r.result.Mark("1 run")
			}
			if p.workload.Metric.IsTime {
				r.result.besides(*loads[r], r.repeats, "run")
			}
		}
		results[i] = *r.result
	}
	return results
}

// sample takes one sample, again where others disturb a time.
func (p *probe) sample(ctx context.Context, r *runner, sum *other) error {
	for try := 1; ; try++ {
		watch := NewWatch(p.suite.Load)
		a, err := p.ask(ctx, r)
		if err != nil {
			return err
		}
		load := watch.end()
		if p.workload.Metric.IsTime && load.disturbs() && try < probeTries && load.wall < longProbe {
			r.repeats++
			continue
		}
		sum.add(load)
		r.answers = append(r.answers, a)
		return nil
	}
}

// ask runs the probe in a process of its own.
func (p *probe) ask(ctx context.Context, r *runner) (protocol.Answer, error) {
	process, err := start(ctx, r.peer.Argv, p.suite.Workers)
	if err != nil {
		return protocol.Answer{}, err
	}
	a, err := process.run(ctx, r.row, p.scale, p.workload.RequestLimit())
	process.stop()
	if err != nil {
		return a, err
	}
	return a, verify(a, p.workload, p.scale)
}
