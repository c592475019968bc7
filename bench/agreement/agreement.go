package agreement

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/simmer-go/simmer/bench/measure"
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
	Rounds  float64
	Samples int    // of each side, or of the one that has fewer
	Settled bool   // both minima are
	Note    string // what went wrong, or disturbed the machine, and which minimum is not settled
	Failed  bool
}

// Ratio is how our minimum stands to the other one. It is 0 if one of them is missing, or the measurement failed.
func (r *Result) Ratio() float64 {
	if r.Failed || r.Ours == 0 || r.Independent == 0 {
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

// effort is how many rounds a pair is measured: at least the first number, and then until both minima are settled, at most the second.
type effort struct{ least, most int }

// comparison is a pair with what has been measured of it.
type comparison struct {
	*pair
	mine, theirs side
	failure      string // of a harness
}

// goesOn reports whether the pair is to be measured in the round of that number, from 0. That does not depend on how the minima of both sides stand to
// each other: a row that was measured until it agrees would agree by chance at last.
func (c *comparison) goesOn(round int, e effort) bool {
	return c.failure == "" && round < e.most && (round < e.least || !c.mine.settled() || !c.theirs.settled())
}

// rounds is how many both sides have had.
func (c *comparison) rounds() int { return min(len(c.mine.rounds), len(c.theirs.rounds)) }

// compare has both sides of each pair measured in each round, in an order that is drawn anew, and tells log before each and what came of it. Once a
// side fails its pair is left out. It returns what there is if ctx ends before the last round, and ctx's cause.
func compare(ctx context.Context, pairs []pair, e effort, load measure.Load, log func(line string)) ([]Result, error) {
	order := rand.New(rand.NewPCG(1, uint64(len(pairs)))) // from the same seed in each run
	all := make([]*comparison, len(pairs))
	for i := range pairs {
		all[i] = &comparison{pair: &pairs[i]}
	}
	for round := range e.most {
		open := slices.DeleteFunc(slices.Clone(all), func(c *comparison) bool { return !c.goesOn(round, e) })
		for nth, i := range order.Perm(len(open)) {
			log(fmt.Sprintf("round %d, at most %d, row %d of %d: %s", round+1, e.most, nth+1, len(open), open[i].Name()))
			open[i].measure(ctx, order.IntN(2) == 0, load, log)
			if ctx.Err() != nil {
				return results(all, e, true), context.Cause(ctx)
			}
		}
	}
	return results(all, e, false), nil
}

// measure has both sides measured once.
func (c *comparison) measure(ctx context.Context, oursFirst bool, load measure.Load, log func(line string)) {
	turns := []struct {
		name, of string
		side     *side
		harness  Harness
	}{{"ours", "our", &c.mine, c.ours}, {"independent", "the independent", &c.theirs, c.independent}}
	if !oursFirst {
		slices.Reverse(turns)
	}
	for _, t := range turns {
		samples, err := t.side.measure(ctx, t.harness, &c.Case, load)
		if err != nil {
			if ctx.Err() == nil {
				c.failure = fmt.Sprintf("%s harness failed: %v", t.of, err)
			}
			return
		}
		log(fmt.Sprintf("%12s: %.4g", t.name, samples))
	}
}

func results(all []*comparison, e effort, interrupted bool) []Result {
	results := make([]Result, len(all))
	for i, c := range all {
		results[i] = c.result(interrupted && c.goesOn(c.rounds(), e))
	}
	return results
}

// result makes a result of the sides, which may have been interrupted before they had their rounds.
func (c *comparison) result(interrupted bool) Result {
	r := Result{
		Case: c.Case, Ours: c.mine.least(), Independent: c.theirs.least(), Rounds: medianRatio(c.mine.minima(), c.theirs.minima()),
		Samples: min(c.mine.samples(), c.theirs.samples()), Settled: c.mine.settled() && c.theirs.settled(), Note: c.failure, Failed: c.failure != "",
	}
	if r.Failed {
		return r
	}
	var notes []string
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if interrupted {
		add("interrupted after %d rounds", c.rounds())
	}
	for _, s := range []struct {
		name string
		*side
	}{{"ours", &c.mine}, {"independent", &c.theirs}} {
		if !s.settled() {
			add("%s is not settled", s.name)
		}
		if s.disturbed > 0 {
			add("%s was disturbed in %d of %d rounds", s.name, s.disturbed, len(s.rounds))
		}
	}
	r.Note = strings.Join(notes, "; ")
	return r
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
