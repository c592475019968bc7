package guard

import (
	"errors"
	"fmt"
	"time"

	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	// markName is the symbol of mark.
	markName = "github.com/simmer-go/simmer/bench/guard.mark"
	// countedPart is the part of the profile between the two marks of a probe.
	countedPart = 2
)

// mark is where callgrind ends one part of its profile and begins the next.
//
//go:noinline
func mark() {}

// probe runs p: what is counted lies between two marks. It fails if p has computed what it must not.
func (p *path) probe() (err error) {
	rt, err := runtime.New(runtime.Config{Workers: 1, Seed: 1, Clock: timer.NewPausedClock(time.Unix(0, 0))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	run := p.on(rt)
	const warmUp = 1 // iteration: the pools and queues have their size after it
	run(warmUp)
	mark()
	check := run(p.iterations)
	mark()
	if want := uint64(p.iterations) * p.check; check != want {
		return fmt.Errorf("the check is %d, must be %d", check, want)
	}
	return nil
}
