package agreement

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
)

// tolerance is how far the larger minimum may lie above the smaller one.
const tolerance = 0.15

// Result is what both harnesses have measured of a case.
type Result struct {
	Case
	// Ours and Independent are the least times of a unit of work, in nanoseconds; 0 if there is none.
	Ours, Independent float64
	// Rounds is how our minimum of a round stands to the other one of that round, in the median; 0 if there is none. The two are
	// taken one after the other, so that it tells a difference of the harnesses from one of the machine at two times.
	Rounds float64
	Note   string // what went wrong, or disturbed the machine
	Failed bool
}

// Ratio is how our minimum stands to the other one. It is 0 if one of them is missing.
func (r *Result) Ratio() float64 {
	if r.Ours == 0 || r.Independent == 0 {
		return 0
	}
	return r.Ours / r.Independent
}

// Agrees reports whether the minima are close enough.
func (r *Result) Agrees() bool {
	ratio := r.Ratio()
	return ratio > 0 && max(ratio, 1/ratio) <= 1+tolerance
}

// pair is a case with the harnesses that measure it.
type pair struct {
	Case
	ours, independent Harness
}

// side is one of the two measurements of a pair.
type side struct {
	least     float64
	rounds    []float64 // the least of each
	disturbed int       // rounds
}

// compare has both sides of each pair measured in each round, in an order that is drawn anew, and tells log before each. Once a
// side fails its pair is left out. It returns what there is if ctx ends before the last round, and ctx's cause.
func compare(ctx context.Context, pairs []pair, rounds int, log func(line string)) ([]Result, error) {
	order := rand.New(rand.NewPCG(1, uint64(rounds))) // from the same seed in each run
	results := make([]Result, len(pairs))
	sides := make([][2]side, len(pairs))
	for i := range pairs {
		results[i].Case = pairs[i].Case
	}
	for round := range rounds {
		for nth, i := range order.Perm(len(pairs)) {
			p, r := &pairs[i], &results[i]
			log(fmt.Sprintf("round %d of %d, row %d of %d: %s", round+1, rounds, nth+1, len(pairs), p.Name()))
			for _, which := range order.Perm(len(sides[i])) {
				if r.Failed {
					continue
				}
				name, harness := "our", p.ours
				if which == 1 {
					name, harness = "the independent", p.independent
				}
				err := sides[i][which].measure(ctx, harness, &p.Case)
				if ctx.Err() != nil {
					return finish(results, sides, rounds), context.Cause(ctx)
				}
				if err != nil {
					r.Failed, r.Note = true, fmt.Sprintf("%s harness failed: %v", name, err)
				}
			}
		}
	}
	return finish(results, sides, rounds), nil
}

// measure takes samples and keeps the least.
func (s *side) measure(ctx context.Context, harness Harness, c *Case) error {
	samples, disturbed, err := harness.Measure(ctx, c)
	if err != nil {
		return err
	}
	least := slices.Min(samples)
	s.rounds = append(s.rounds, least)
	if s.least == 0 || least < s.least {
		s.least = least
	}
	if disturbed {
		s.disturbed++
	}
	return nil
}

// finish makes results of the sides.
func finish(results []Result, sides [][2]side, rounds int) []Result {
	for i := range results {
		r := &results[i]
		ours, independent := &sides[i][0], &sides[i][1]
		r.Ours, r.Independent, r.Rounds = ours.least, independent.least, medianRatio(ours.rounds, independent.rounds)
		if n := ours.disturbed; n > 0 && !r.Failed {
			r.Note = fmt.Sprintf("disturbed in %d of %d rounds", n, rounds)
		}
	}
	return results
}

// medianRatio is the median of what each of a is to that of b at its place, 0 without any.
func medianRatio(a, b []float64) float64 {
	ratios := make([]float64, min(len(a), len(b)))
	for i := range ratios {
		ratios[i] = a[i] / b[i]
	}
	n := len(ratios)
	if n == 0 {
		return 0
	}
	slices.Sort(ratios)
	return (ratios[(n-1)/2] + ratios[n/2]) / 2
}
