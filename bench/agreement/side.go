package agreement

import (
	"context"
	"slices"

	"github.com/simmer-go/simmer/bench/measure"
)

// A minimum is settled once so many samples, of two rounds at least, lie within so large a part of it: one fast sample alone does not stand, nor does one
// fast minute of the machine. A fast one that was never drawn is not missed. (The K-best scheme of Bryant and O'Hallaron, Computer Systems: A Programmer's
// Perspective, first edition, 2003, chapter 9.)
const (
	settlers = 3
	nearness = 0.05
)

// side is one of the two measurements of a pair.
type side struct {
	rounds    [][]float64 // the samples of each
	disturbed int         // rounds
}

// measure takes the samples of a round and returns them.
func (s *side) measure(ctx context.Context, harness Harness, c *Case, load measure.Load) ([]float64, error) {
	watch := measure.NewWatch(load)
	samples, err := harness.Measure(ctx, c)
	if err != nil {
		return nil, err
	}
	if watch.Disturbed() {
		s.disturbed++
	}
	s.rounds = append(s.rounds, samples)
	return samples, nil
}

// minima returns the least sample of each round.
func (s *side) minima() []float64 {
	minima := make([]float64, len(s.rounds))
	for i, samples := range s.rounds {
		minima[i] = slices.Min(samples)
	}
	return minima
}

// least is 0 without samples.
func (s *side) least() float64 {
	if len(s.rounds) == 0 {
		return 0
	}
	return slices.Min(s.minima())
}

// samples is their number.
func (s *side) samples() (n int) {
	for _, samples := range s.rounds {
		n += len(samples)
	}
	return n
}

// settled reports whether the minimum is.
func (s *side) settled() bool {
	limit, samples, rounds := s.least()*(1+nearness), 0, 0
	for _, round := range s.rounds {
		if slices.Min(round) <= limit {
			rounds++
		}
		for _, sample := range round {
			if sample <= limit {
				samples++
			}
		}
	}
	return samples >= settlers && rounds > 1
}
