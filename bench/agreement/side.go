package agreement

import (
	"context"
	"slices"
)

// A minimum is settled once so many samples lie within so large a part of it: a row that is fast in one process of twenty has been so more than
// once. The K-best scheme of Bryant and O'Hallaron, Computer Systems: A Programmer's Perspective, first edition, 2003, chapter 9.
const (
	settlers = 3
	nearness = 0.05
)

// side is one of the two measurements of a pair.
type side struct {
	samples   []float64
	rounds    []float64 // the least of each
	disturbed int       // rounds
}

// measure takes the samples of a round and returns them.
func (s *side) measure(ctx context.Context, harness Harness, c *Case) ([]float64, error) {
	samples, disturbed, err := harness.Measure(ctx, c)
	if err != nil {
		return nil, err
	}
	s.samples = append(s.samples, samples...)
	s.rounds = append(s.rounds, slices.Min(samples))
	if disturbed {
		s.disturbed++
	}
	return samples, nil
}

// least is 0 without samples.
func (s *side) least() float64 {
	if len(s.rounds) == 0 {
		return 0
	}
	return slices.Min(s.rounds)
}

// settled reports whether the minimum is.
func (s *side) settled() bool {
	least, near := s.least(), 0
	for _, sample := range s.samples {
		if sample <= least*(1+nearness) {
			near++
		}
	}
	return near >= settlers
}
