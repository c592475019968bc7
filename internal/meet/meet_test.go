package meet_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/simmer-go/simmer/internal/meet"
	"github.com/simmer-go/simmer/internal/sy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Two sides that store and then load see each other in every round; that one of them misses the other is seen if both load first.
func TestBothSidesOfAMeetingRunBesideEachOther(t *testing.T) {
	var x, y sy.Int64
	var sawX, sawY bool
	neither := 0
	after := func(int) {
		if !sawX && !sawY {
			neither++
		}
		x.Store(0)
		y.Store(0)
	}
	meet.Rounds(20_000,
		func(int) { x.Store(1); sawY = y.Load() == 1 },
		func(int) { y.Store(1); sawX = x.Load() == 1 }, after)
	require.Zero(t, neither)
	if runtime.NumCPU() == 1 {
		t.Skip("the sides cannot run at the same time")
	}
	for tries := 0; neither == 0; tries++ {
		require.Less(t, tries, 100, "the sides do not meet")
		meet.Rounds(50_000,
			func(int) { sawY = y.Load() == 1; x.Store(1) },
			func(int) { sawX = x.Load() == 1; y.Store(1) }, after)
	}
}

func TestAPanicEndsTheMeetings(t *testing.T) {
	rounds := 0
	require.Panics(t, func() {
		meet.Rounds(100, func(int) {}, func(int) { rounds++ }, func(round int) {
			if round == 3 {
				panic("enough")
			}
		})
	})
	require.Equal(t, 3, rounds)
}
