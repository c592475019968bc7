package benchcmd

import (
	"bytes"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// begun is an estimate whose run of planned time began some time ago.
func begun(planned, ago time.Duration) *estimate {
	e := new(estimate)
	e.begin(planned)
	e.start = e.start.Add(-ago)
	e.last = e.start
	return e
}

func TestTheTimeThatIsLeftIsThePlannedOneAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begun(time.Minute, 0)
		left, ok := e.left()
		require.True(t, ok)
		require.Equal(t, time.Minute, left)
		time.Sleep(time.Second) // the bubble's
		left, ok = e.left()
		require.True(t, ok, "it runs down during the first sample")
		require.Equal(t, 59*time.Second, left)
	})
}

func TestTheTimeThatIsLeftFollowsWhatTheSamplesTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begun(time.Minute, 0)
		for done := range 59 { // each part takes three times what was planned
			time.Sleep(3 * time.Second)
			e.did(time.Second)
			left, ok := e.left()
			require.True(t, ok)
			truth := time.Duration(59-done) * 3 * time.Second
			require.Less(t, left, truth, "the first ones are not believed at once")
			require.Greater(t, left, truth*2/3*time.Duration(done+1)/time.Duration(done+2), "%d parts are done", done+1)
		}
		e.did(time.Second)
		left, ok := e.left()
		require.True(t, ok)
		require.Zero(t, left)
	})
}

func TestTheTimeThatIsLeftStandsWhileASampleTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begun(3*time.Second, 0)
		time.Sleep(time.Second)
		e.did(time.Second)
		for _, want := range []time.Duration{2 * time.Second, time.Second, time.Second} {
			left, ok := e.left()
			require.True(t, ok)
			require.Equal(t, want, left)
			time.Sleep(time.Second)
		}
		e.did(time.Second)
		time.Sleep(time.Minute)
		_, ok := e.left()
		require.False(t, ok, "of the last one nothing is known")
	})
}

func TestNobodyKnowsWhatIsLeftIfASampleTakesLongerThanAllThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		l, b := lines{out: &out}, bar{}
		l.Begin(2 * time.Second)
		b.estimate.begin(2 * time.Second)
		require.Equal(t, " left 00:02", b.left())
		l.Row("soup")
		time.Sleep(3 * time.Second)
		require.Equal(t, " left --:--", b.left())
		l.Row("stew")
		require.Regexp(t, `^soup +about 2s left\nstew\n$`, out.String())
	})
}

func TestTheTimeThatIsLeftIsNeverNegativeAndEnds(t *testing.T) {
	for _, c := range []struct{ planned, ago, done time.Duration }{
		{time.Minute, time.Hour, time.Hour},
		{time.Minute, 0, 2 * time.Minute},
		{math.MaxInt64, time.Hour, 1},
		{math.MaxInt64, 0, 0},
		{0, 0, 0},
	} {
		e := begun(c.planned, c.ago)
		e.did(c.done)
		left, _ := e.left()
		require.GreaterOrEqual(t, left, time.Duration(0))
		require.LessOrEqual(t, left, longest)
	}
}

func TestTheClockHasEightColumns(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "00:00", 1400 * time.Millisecond: "00:01", 61 * time.Minute: "01:01:00", 59*time.Minute + 59*time.Second: "59:59",
		100*time.Hour - time.Second: "99:59:59", 100 * time.Hour: "4 d", longest: "36500 d",
	} {
		require.Equal(t, want, clock(d))
		require.LessOrEqual(t, len(want), 8)
	}
}
