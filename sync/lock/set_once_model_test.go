package lock_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	setOncePoll = iota
	setOnceDrop
	setOnceSet

	setOnceOps
)

// runSetOnce runs program on a SetOnce and its model, a value and who waits for it, and returns the first difference.
func runSetOnce(program []byte) error {
	var o lock.SetOnce[int]
	value := 0 // none
	var waits, woken [modelWaiters]bool
	ps := parties(modelWaiters)
	for at, step := range program {
		who := int(step >> 3 & 3)
		p := ps[who]
		switch step & 7 % setOnceOps {
		case setOncePoll:
			woken[who] = false
			var got int
			var ready bool
			p.turn(func(cx *future.Context) { got, ready, _ = o.PollWait(cx, &p.w) })
			if ready != (value != 0) || got != value {
				return fmt.Errorf("step %d of %v: ready %v with %d, model %d", at, program, ready, got, value)
			}
			waits[who] = !ready
		case setOnceDrop:
			waits[who], woken[who] = false, false
			p.drop()
		case setOnceSet:
			want := error(nil)
			if value != 0 {
				want = lock.ErrAlreadySet
			}
			if err := o.Set(nil, at+1); err != want {
				return fmt.Errorf("step %d of %v: Set: %v, model %v", at, program, err, want)
			}
			if want == nil {
				value, woken, waits = at+1, waits, [modelWaiters]bool{}
			}
		}
		for i, p := range ps {
			if p.woken != woken[i] {
				return fmt.Errorf("step %d of %v: waiter %d woken: %v, model %v", at, program, i, p.woken, woken[i])
			}
		}
		if got, ok := o.Get(); ok != (value != 0) || got != value {
			return fmt.Errorf("step %d of %v: Get: %d, %v, model %d", at, program, got, ok, value)
		}
	}
	return nil
}

func FuzzSetOnce(f *testing.F) {
	addRandom(f)
	f.Fuzz(func(t *testing.T, program []byte) { require.NoError(t, runSetOnce(program)) })
}

// Whoever comes and goes when: the first Set wins, and wakes exactly those who wait.
func TestAllOrdersOfWaitDropAndSetWakeWhoWaits(t *testing.T) {
	exhaust(t, nil, []byte{
		step(setOncePoll, 0, 0), step(setOncePoll, 1, 0), step(setOncePoll, 2, 0),
		step(setOnceDrop, 0, 0), step(setOnceDrop, 1, 0), step(setOnceDrop, 2, 0),
		step(setOnceSet, 0, 0),
	}, runSetOnce)
}
