package row_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/row"
)

// timed is a row of a timed workload.
func timed(low, median float64) row.Row {
	return row.Row{Bench: "stew", Impl: "simmer", N: 10, Workers: 2, NsMin: &low, NsMedian: &median}
}

func TestTimesDifferIfTheirStretchesLieApart(t *testing.T) {
	for _, c := range []struct {
		old, new row.Row
		want     row.Outcome
	}{
		{timed(100, 120), timed(121, 140), row.Slower},
		{timed(100, 120), timed(119, 200), row.Same},
		{timed(100, 120), timed(80, 101), row.Same},
		{timed(100, 120), timed(80, 99), row.Faster},
		{timed(100, 120), timed(100, 120), row.Same},
	} {
		got := row.Compare([]row.Row{c.old}, []row.Row{c.new})
		require.Len(t, got, 1)
		require.Equal(t, c.want, got[0].Outcome, "%v-%v", *c.new.NsMin, *c.new.NsMedian)
		require.Equal(t, "ns_median", got[0].Metric)
		require.InDelta(t, 100*(*c.new.NsMedian/120-1), *got[0].Percent, 1e-9)
	}
}

func TestADisturbedDifferenceIsUnsure(t *testing.T) {
	quiet, noisy := timed(100, 120), timed(200, 220)
	noisy.MarkDisturbed(1)
	require.Equal(t, row.Unsure, row.Compare([]row.Row{quiet}, []row.Row{noisy})[0].Outcome)
	require.Equal(t, row.Unsure, row.Compare([]row.Row{noisy}, []row.Row{quiet})[0].Outcome)
	same := timed(100, 120)
	same.MarkDisturbed(1)
	require.Equal(t, row.Same, row.Compare([]row.Row{quiet}, []row.Row{same})[0].Outcome, "noise hides no difference that is not there")
}

func TestOtherFiguresDifferByMoreThanATenth(t *testing.T) {
	memory := func(v float64) row.Row { return row.Row{Bench: "memory", Impl: "go", RSSPerTask: &v} }
	rate := func(v float64) row.Row { return row.Row{Bench: "echo", Impl: "go", ReqPerS: &v} }
	for _, c := range []struct {
		old, new row.Row
		want     row.Outcome
	}{
		{memory(100), memory(109), row.Same},
		{memory(100), memory(111), row.Slower},
		{memory(111), memory(100), row.Faster},
		{rate(100), rate(120), row.Faster},
		{rate(120), rate(100), row.Slower},
	} {
		require.Equal(t, c.want, row.Compare([]row.Row{c.old}, []row.Row{c.new})[0].Outcome)
	}
}

// waits is a row of a workload that is compared by metric, "" in a file of an earlier form.
func waits(metric string, p50, worst float64) row.Row {
	r := row.Row{Bench: "waits", Impl: "simmer", Metric: metric}
	r.Set("p50_us", p50)
	r.Set("max_us", worst)
	return r
}

func TestTheFigureThatTheWorkloadNamesIsCompared(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new row.Row
		metric   string
		percent  float64
	}{
		{"both name it", waits("max_us", 5, 100), waits("max_us", 10, 150), "max_us", 50},
		{"it has another now", waits("p50_us", 5, 100), waits("max_us", 10, 150), "max_us", 50},
		{"an earlier form of the file has it", waits("", 5, 100), waits("max_us", 10, 150), "max_us", 50},
		{"neither names one", waits("", 5, 100), waits("", 10, 150), "p50_us", 100},
	} {
		got := row.Compare([]row.Row{c.old}, []row.Row{c.new})[0]
		require.Equal(t, c.metric, got.Metric, c.name)
		require.InDelta(t, c.percent, *got.Percent, 1e-9, c.name)
		require.Equal(t, row.Slower, got.Outcome, c.name)
	}
}

func TestWhatAnEarlierRunDidNotWriteIsComparedByAnotherFigure(t *testing.T) {
	old, now := waits("", 5, 100), waits("max_us", 10, 100)
	old.MaxUs = nil
	got := row.Compare([]row.Row{old}, []row.Row{now})[0]
	require.Equal(t, "p50_us", got.Metric)
	require.InDelta(t, 100, *got.Percent, 1e-9)
}

func TestANewOrGoneRowTellsTheFigureThatItNames(t *testing.T) {
	gone, added := waits("max_us", 5, 100), waits("max_us", 10, 150)
	added.N = 7
	got := row.Compare([]row.Row{gone}, []row.Row{added})
	require.Equal(t, []string{"max_us", "max_us"}, []string{got[0].Metric, got[1].Metric})
	require.EqualValues(t, 150, *got[0].New)
	require.EqualValues(t, 100, *got[1].Old)
}

func TestWhatARunDidNotWriteIsNoFailureOfIt(t *testing.T) {
	kept := func(bytes float64) row.Row {
		r := row.Row{Bench: "kept", Impl: "simmer", Metric: "heap_kept"}
		r.Set("heap_kept", bytes)
		return r
	}
	noted := row.Row{Bench: "kept", Impl: "simmer", Note: "13832 bytes of heap kept"}
	failed := row.Row{Bench: "kept", Impl: "simmer", Metric: "heap_kept"}
	failed.MarkDisturbed(1)
	failed.MarkFailed(errors.New("burnt"))
	for _, c := range []struct {
		old, new row.Row
		want     row.Outcome
	}{
		{noted, kept(9000), row.NoValue},
		{kept(9000), noted, row.NoValue},
		{failed, kept(9000), row.Failed},
		{kept(9000), failed, row.Failed},
		{kept(0), kept(60_000), row.Same},
		{kept(9000), kept(80_000_000), row.Slower},
		{kept(80_000_000), kept(9000), row.Faster},
	} {
		got := row.Compare([]row.Row{c.old}, []row.Row{c.new})[0]
		require.Equal(t, c.want, got.Outcome)
	}
}

func TestRowsOfOneRunOnlyAreToldApart(t *testing.T) {
	gone, added, failed := timed(1, 2), timed(1, 2), timed(1, 2)
	gone.Workers, added.N = 8, 99
	failed.NsMin, failed.NsMedian = nil, nil
	failed.MarkFailed(errors.New("burnt"))
	got := row.Compare([]row.Row{timed(1, 2), gone}, []row.Row{failed, added})
	require.Len(t, got, 3)
	require.Equal(t, []row.Outcome{row.Failed, row.New, row.Gone}, []row.Outcome{got[0].Outcome, got[1].Outcome, got[2].Outcome})
	require.EqualValues(t, 2, *got[1].New)
	require.EqualValues(t, 2, *got[2].Old)
}

func Example() {
	low, median := 80.0, 90.0
	then := []row.Row{{Bench: "spawn_many", Impl: "simmer", NsMin: &low, NsMedian: &median}}
	slowLow, slowMedian := 100.0, 108.0
	now := []row.Row{{Bench: "spawn_many", Impl: "simmer", NsMin: &slowLow, NsMedian: &slowMedian}}
	for _, c := range row.Compare(then, now) {
		fmt.Printf("%s %s: %+.0f%% %s\n", c.Bench, c.Impl, *c.Percent, c.Outcome)
	}
	// Output: spawn_many simmer: +20% SLOWER
}
