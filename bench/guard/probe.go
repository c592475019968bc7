package guard

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	// marksEach are the marks of a path: after its warm-up, after its shorter run and after its longer one.
	marksEach = 3
	// markName is the symbol of mark.
	markName = "github.com/simmer-go/simmer/bench/guard.mark"
)

// mark is where callgrind begins a new part of its profile.
//
//go:noinline
func mark() {}

// Probe runs paths, as [Measure] has it done by a process under callgrind. It fails if a path has computed what it must not.
func Probe(paths []Path) error {
	for i := range paths {
		if err := paths[i].probe(); err != nil {
			return fmt.Errorf("guard: path %s: %w", paths[i].Name, err)
		}
	}
	return nil
}

func (p *Path) probe() (err error) {
	rt, err := runtime.New(runtime.Config{Workers: 1, Seed: 1, Clock: timer.NewPausedClock(time.Unix(0, 0))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	run := p.On(rt)
	n := p.iterations()
	var checks [marksEach]uint64
	for i, iterations := range p.runs() {
		checks[i] = run(iterations)
		mark()
	}
	want := [marksEach]uint64{uint64(n) * p.Check, uint64(n) * p.Check, 2 * uint64(n) * p.Check}
	if !slices.Equal(checks[:], want[:]) {
		return fmt.Errorf("the checks are %d, must be %d", checks, want)
	}
	return nil
}

// runs are the iterations of the warm-up, the shorter and the longer run.
func (p *Path) runs() [marksEach]int64 {
	n := p.iterations()
	return [marksEach]int64{n, n, 2 * n}
}
