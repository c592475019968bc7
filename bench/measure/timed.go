package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

const (
	// MinSample is the least time that one sample measures by default: shorter ones show the clock and the scheduler's slices.
	MinSample = 20 * time.Millisecond
	// room is what iterations may be faster than those that were counted.
	room = 1.2
	// warmUp is run before each sample: heap and processor clock have settled then.
	warmUp = 100 * time.Millisecond
	// maxGrowth bounds one step of the calibration: the first iterations are the slowest.
	maxGrowth = 20
	// maxIterations bounds a calibration: nothing is so fast that it needs as many to fill a sample, but a peer may be broken.
	maxIterations = 1 << 40
	// maxTries bounds the samples that are taken again because they were too short.
	maxTries = 5
)

// timed measures one workload in rounds. Each sample comes from a process of its own: where a runtime's threads, queues and memory
// come to lie at its start decides a row by up to a factor of two for as long as the process lives, so that samples of one process
// would be one draw. (JMH's forks, for the same reason.)
type timed struct {
	suite    *Suite
	workload *workload.Workload
	order    *rand.Rand
}

// runner is a lane with what it has answered.
type runner struct {
	lane
	result     *Result
	least      time.Duration // of a sample
	iterations int64         // that fill it, as far as is known
	answers    []protocol.Answer
	repeats    int // runs of a probe that were disturbed and do not count
}

func (t *timed) run(ctx context.Context, lanes []lane) []Result {
	runners := make([]*runner, len(lanes))
	for i, l := range lanes {
		runners[i] = &runner{lane: l, result: t.suite.result(t.workload, l, t.workload.Units), least: t.suite.minSample(), iterations: 1}
	}
	load, repeats := t.rounds(ctx, runners)
	results := make([]Result, len(runners))
	for i, r := range runners {
		if !r.result.Failed {
			r.result.summarize(r.answers)
			if t.suite.Rounds < MinRounds {
				r.result.Mark("%s", plural(t.suite.Rounds, "sample"))
			}
			r.result.besides(load, repeats, "round")
		}
		results[i] = *r.result
	}
	return results
}

// grow sets the iterations to what fills a sample, after some that took this time.
func (r *runner) grow(took time.Duration) {
	if took < r.least {
		factor := min(room*r.least.Seconds()/took.Seconds(), maxGrowth)
		r.iterations = max(r.iterations+1, int64(float64(r.iterations)*factor))
	}
}

// rounds takes the samples. It returns the load of others over the rounds that count, and the number of those that do not.
func (t *timed) rounds(ctx context.Context, runners []*runner) (sum other, repeats int) {
	order := make([]*runner, len(runners))
	copy(order, runners)
	isAgain := false // a round that was told already, and did not count
	for round := 0; round < t.suite.Rounds && ctx.Err() == nil; {
		t.order.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		watch := NewWatch(t.suite.Load)
		answers := map[*runner]protocol.Answer{}
		for _, r := range order {
			r.attempt(func() error {
				a, err := t.sample(ctx, r)
				answers[r] = a
				return err
			})
			if !isAgain {
				t.suite.Observer.Did(roundTime)
			}
		}
		load := watch.end()
		if isAgain = load.disturbs() && repeats < t.suite.Rounds; isAgain {
			repeats++
			continue
		}
		sum.add(load)
		for r, a := range answers {
			r.answers = append(r.answers, a)
		}
		round++
	}
	return sum, repeats
}

// sample takes one sample, in a process of its own.
func (t *timed) sample(ctx context.Context, r *runner) (protocol.Answer, error) {
	p, err := start(ctx, r.peer.Argv, t.suite.Workers)
	if err != nil {
		return protocol.Answer{}, err
	}
	defer p.stop()
	if err := t.warmUp(ctx, r, p); err != nil {
		return protocol.Answer{}, err
	}
	for try := 1; ; try++ {
		a, took, err := t.ask(ctx, r, p)
		if err != nil || took >= r.least {
			return a, err
		}
		if try == maxTries {
			return a, fmt.Errorf("%d samples in a row were shorter than %v", try, r.least)
		}
	}
}

// warmUp warms the process up, and finds out how many iterations fill a sample.
func (t *timed) warmUp(ctx context.Context, r *runner, p *process) error {
	for warm := time.Duration(0); r.iterations <= maxIterations; {
		_, took, err := t.ask(ctx, r, p)
		if err != nil {
			return err
		}
		if warm += took; took >= r.least && warm >= warmUp {
			return nil
		}
	}
	return fmt.Errorf("no number of iterations takes %v", r.least)
}

// ask has the process run the iterations of r, which grow if they took too little time.
func (t *timed) ask(ctx context.Context, r *runner, p *process) (a protocol.Answer, took time.Duration, err error) {
	iterations := r.iterations
	if a, err = p.run(ctx, r.row, iterations, t.workload.RequestLimit()); err != nil {
		return a, 0, err
	}
	if err := verify(a, t.workload, iterations); err != nil {
		return a, 0, err
	}
	took = time.Duration(a.WallNS)
	r.grow(took)
	return a, took, nil
}

// verify reports what is wrong with an answer to a request for iterations.
func verify(a protocol.Answer, w *workload.Workload, iterations int64) error {
	switch {
	case a.Units != iterations*w.Units:
		return fmt.Errorf("did %d units of work, not %d", a.Units, iterations*w.Units)
	case a.Check != uint64(iterations)*w.Check:
		return fmt.Errorf("computed %d, not %d", a.Check, uint64(iterations)*w.Check)
	case a.WallNS <= 0:
		return fmt.Errorf("measured a time of %d ns", a.WallNS)
	}
	return nil
}

// attempt does step unless the lane has failed. If step fails, so has the lane.
func (r *runner) attempt(step func() error) {
	if r.result.Failed {
		return
	}
	if err := step(); err != nil {
		r.result.fail(err)
	}
}

// besides notes what else the machine did, and how many rounds or runs were repeated for that.
func (r *Result) besides(load other, repeats int, noun string) {
	switch {
	case load.unknown:
		r.Mark("other load unknown")
	case load.disturbs():
		r.MarkDisturbed(load.cores())
	case repeats > 0:
		r.Mark("%s taken again", plural(repeats, "disturbed "+noun))
	}
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
