package agreement

import (
	"context"
	"errors"
	"io"
	"os"
	goruntime "runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/simmer-go/simmer/bench/gopeer"
)

// The test binary is the Go peer too.
const asPeer = "SIMMER_TEST_AS_PEER"

// keeps has it check that it keeps what is freed.
const keeps = "SIMMER_TEST_KEEPS"

func TestMain(m *testing.M) {
	if os.Getenv(asPeer) != "" {
		args := os.Args[1:]
		if args[0] == peerMode { // it was Main that started it
			args = args[1:]
		}
		if os.Getenv(keeps) != "" && os.Getenv(keepers[0][0]) == "" {
			panic("what is freed is not kept")
		}
		if err := gopeer.Main(nil, args, os.Stdin, os.Stdout, os.Stderr); err != nil {
			panic(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// fake is a harness whose calls give what it is told, one after the other.
type fake struct {
	name    string
	samples [][]float64
	err     error
	calls   *[]string
}

func (f *fake) Measure(_ context.Context, c *Case) ([]float64, error) {
	if f.calls != nil {
		*f.calls = append(*f.calls, f.name+" "+c.Bench)
	}
	if f.err != nil {
		return nil, f.err
	}
	samples := f.samples[0]
	f.samples = f.samples[1:]
	return samples, nil
}

func quietly(string) {}

// rounds is a harness with one sample a round.
func rounds(samples ...float64) *fake {
	f := &fake{}
	for _, s := range samples {
		f.samples = append(f.samples, []float64{s})
	}
	return f
}

func TestTheLeastSampleOfAllRoundsIsCompared(t *testing.T) {
	ours := &fake{samples: [][]float64{{120, 110}, {105, 130}, {140, 106}}}
	independent := &fake{samples: [][]float64{{150, 101}, {100, 160}, {170, 102}}}
	var said []string
	got, err := compare(t.Context(), []pair{{Case{Bench: "stew", Impl: "go", Workers: 2}, ours, independent}}, effort{3, 3}, still{}, func(line string) {
		said = append(said, line)
	})
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, 105.0, got[0].Ours)
	require.Equal(t, 100.0, got[0].Independent)
	require.Equal(t, 1.05, got[0].Ratio())
	require.True(t, got[0].Agrees())
	require.Equal(t, 1.05, got[0].Rounds, "of 110 to 101, 105 to 100 and 106 to 102")
	require.Equal(t, 6, got[0].Samples)
	require.Empty(t, got[0].Note)
	require.True(t, got[0].Settled)
	require.Len(t, said, 3*3)
	require.Equal(t, "round 1, at most 3, row 1 of 1: stew/go", said[0])
	require.ElementsMatch(t, []string{"        ours: [120 110]", " independent: [150 101]"}, said[1:3])
}

func TestRowsAgreeIfTheLargerIsAtMost15PercentAbove(t *testing.T) {
	for _, c := range []struct {
		ours, independent float64
		want              bool
	}{{100, 114, true}, {114, 100, true}, {100, 116, false}, {116, 100, false}, {0, 100, false}, {100, 0, false}, {0, 0, false}} {
		r := Result{Ours: c.ours, Independent: c.independent}
		require.Equal(t, c.want, r.Agrees(), "%v %v", c.ours, c.independent)
	}
}

func TestARowIsMeasuredUntilBothMinimaAreSettled(t *testing.T) {
	calm := func() *fake { return rounds(100, 104.9, 200, 103, 100, 100) } // settled in the fourth round
	for _, c := range []struct {
		name              string
		ours, independent *fake
		rounds            int
		note              string
	}{
		{"both in the fourth round", calm(), calm(), 4, ""},
		{"far apart, which does not matter", calm(), rounds(400, 400, 400, 400), 4, ""},
		{"ours in the fifth, with a new minimum in the third", rounds(100, 100, 90, 94, 94), calm(), 5, ""},
		{"the other one in the sixth", calm(), rounds(90, 100, 100, 100, 94, 94), 6, ""},
		{"neither", rounds(90, 100, 96, 100, 100, 94), rounds(60, 70, 80, 90, 100, 110), 6, "ours is not settled; independent is not settled"},
		{"at least three rounds", rounds(1, 1, 1), rounds(1, 1, 1), 3, ""},
	} {
		got, err := compare(t.Context(), []pair{{Case{}, c.ours, c.independent}, {Case{}, rounds(1, 1, 1), rounds(1, 1, 1)}}, effort{3, 6}, still{}, quietly)
		require.NoError(t, err)
		require.Equal(t, c.rounds, got[0].Samples, c.name)
		require.Equal(t, c.note, got[0].Note, c.name)
		require.Equal(t, 3, got[1].Samples, "the other row")
	}
}

func TestOneRoundSettlesNothing(t *testing.T) {
	require.False(t, (&side{rounds: [][]float64{{1, 1, 1}, {2, 2, 2}}}).settled())
	require.False(t, (&side{rounds: [][]float64{{1}, {1}, {2}}}).settled())
	require.True(t, (&side{rounds: [][]float64{{1, 1, 2}, {2, 2, 1}}}).settled())
}

func TestBothSidesOfEveryRowTakeTurnsInEachRound(t *testing.T) {
	const rounds = 20
	var calls []string
	same := func(name string) *fake {
		f := &fake{name: name, calls: &calls}
		for range 2 * rounds {
			f.samples = append(f.samples, []float64{1})
		}
		return f
	}
	ours, independent := same("ours"), same("theirs")
	_, err := compare(t.Context(), []pair{{Case{Bench: "stew"}, ours, independent}, {Case{Bench: "soup"}, ours, independent}}, effort{rounds, rounds}, still{}, quietly)
	require.NoError(t, err)
	require.Len(t, calls, 4*rounds)
	firsts := map[string]bool{}
	for round := range rounds {
		part := calls[4*round : 4*round+4]
		require.ElementsMatch(t, []string{"ours stew", "theirs stew", "ours soup", "theirs soup"}, part)
		firsts[part[0]] = true
	}
	require.Len(t, firsts, 4, "nobody is always first")
}

func TestARowThatFailsIsLeftOutAndTheOthersGoOn(t *testing.T) {
	var calls []string
	broken := &fake{name: "broken", err: errors.New("no flour"), calls: &calls}
	good := func() *fake { return &fake{samples: [][]float64{{1}, {1}}} }
	got, err := compare(t.Context(), []pair{{Case{Bench: "stew"}, good(), broken}, {Case{Bench: "soup"}, good(), good()}}, effort{2, 2}, still{}, quietly)
	require.NoError(t, err)
	require.True(t, got[0].Failed)
	require.Equal(t, "the independent harness failed: no flour", got[0].Note)
	require.False(t, got[0].Agrees())
	require.True(t, got[1].Agrees())
	require.Equal(t, []string{"broken stew"}, calls, "once")
}

func TestARowThatFailsLaterDoesNotAgreeByWhatItHadBefore(t *testing.T) {
	failing := &failsLater{fake{samples: [][]float64{{1}}}}
	got, err := compare(t.Context(), []pair{{Case{Bench: "stew"}, failing, &fake{samples: [][]float64{{1}, {1}}}}}, effort{2, 2}, still{}, quietly)
	require.NoError(t, err)
	require.Equal(t, "our harness failed: burnt", got[0].Note)
	require.Equal(t, 1.0, got[0].Ours)
	require.Zero(t, got[0].Ratio())
	require.False(t, got[0].Agrees())
}

// failsLater fails when its samples are used up.
type failsLater struct{ fake }

func (f *failsLater) Measure(ctx context.Context, c *Case) ([]float64, error) {
	if len(f.samples) == 0 {
		return nil, errors.New("burnt")
	}
	return f.fake.Measure(ctx, c)
}

// crowded is a machine that others use while the independent harness measures.
type crowded struct {
	*fake
	busy time.Duration
}

func (m *crowded) Busy() (time.Duration, error) { return m.busy, nil }

func (m *crowded) Measure(ctx context.Context, c *Case) ([]float64, error) {
	m.busy += time.Hour
	return m.fake.Measure(ctx, c)
}

func TestASideThatOthersDisturbSaysSo(t *testing.T) {
	same := func() *fake { return &fake{samples: [][]float64{{1, 1}, {1, 1}}} }
	m := &crowded{fake: same()}
	got, err := compare(t.Context(), []pair{{Case{}, same(), m}}, effort{2, 2}, m, quietly)
	require.NoError(t, err)
	require.Equal(t, "independent was disturbed in 2 of 2 rounds", got[0].Note)
}

func TestWhatWasMeasuredBeforeTheEndIsThere(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	closing := errors.New("closing time")
	forever := func() *fake { return &fake{samples: [][]float64{{1}, {1}, {1}}} }
	got, err := compare(ctx, []pair{{Case{Bench: "stew"}, forever(), forever()}}, effort{3, 3}, still{}, func(line string) {
		if strings.HasPrefix(line, "round 2") {
			cancel(closing)
		}
	})
	require.ErrorIs(t, err, closing)
	require.True(t, got[0].Agrees())
	require.False(t, got[0].Failed)
	require.Equal(t, "interrupted after 2 rounds; ours is not settled; independent is not settled", got[0].Note)
}

func TestARowThatHadAllItsRoundsWasNotInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	measured := 0
	got, err := compare(ctx, []pair{{Case{}, rounds(1, 2, 3), rounds(1, 2, 3)}, {Case{}, rounds(1, 2, 3), rounds(1, 2, 3)}}, effort{3, 3}, still{},
		func(line string) {
			if strings.HasPrefix(line, "round 3") {
				if measured++; measured == 1 {
					cancel(errors.New("closing time"))
				}
			}
		})
	require.Error(t, err)
	notes := []string{got[0].Note, got[1].Note}
	require.ElementsMatch(t, []string{
		"ours is not settled; independent is not settled", "interrupted after 2 rounds; ours is not settled; independent is not settled",
	}, notes)
}

func TestTheTablesSayWhatAgrees(t *testing.T) {
	results := []Result{
		{Case: Case{Bench: "stew", Impl: "go", Workers: 2}, Ours: 101.6, Independent: 99.95, Rounds: 0.987, Samples: 15, Settled: true, Note: "ours was disturbed"},
		{Case: Case{Bench: "soup", Impl: "tokio", Workers: 4, Confined: true, Long: true}, Ours: 3.14159, Independent: 6, Samples: 4},
		{Case: Case{Bench: "pie", Impl: "tokio", Workers: 4}, Ours: 1, Independent: 1, Failed: true, Note: "our harness failed: a | b\nc"},
	}
	var text, page strings.Builder
	require.NoError(t, writeText(&text, results))
	all := strconv.Itoa(goruntime.NumCPU())
	require.Equal(t, `row         workers  processors  ours  independent  ratio  within 15 %  of a round  samples    note
stew/go     2        `+all+`           102   100          1.02   yes          0.99        15 x 20ms  ours was disturbed
soup/tokio  4        1           3.14  6            0.52   no           -           4 x 400ms
pie/tokio   4        `+all+`           1     1            -      -            -           -          our harness failed: a | b c

1 of 2 rows agree within 15 %; 1 could not be measured. Of the 2, 1 were measured on one processor, and 1 have a minimum that is not settled.
`, text.String())
	require.NoError(t, writeMarkdown(&page, []string{"CPU: fast"}, results))
	require.Equal(t, `# Agreement with independent harnesses

- CPU: fast

Minima in ns per unit of work; of a round: the median of the ratios of the rounds' minima.

| row | workers | processors | ours | independent | ratio | within 15 % | of a round | samples | note |
| --- | --: | --: | --: | --: | --: | --- | --: | --: | --- |
| stew/go | 2 | `+all+` | 102 | 100 | 1.02 | yes | 0.99 | 15 x 20ms | ours was disturbed |
| soup/tokio | 4 | 1 | 3.14 | 6 | 0.52 | no | - | 4 x 400ms |  |
| pie/tokio | 4 | `+all+` | 1 | 1 | - | - | - | - | our harness failed: a \| b c |

1 of 2 rows agree within 15 %; 1 could not be measured. Of the 2, 1 were measured on one processor, and 1 have a minimum that is not settled.
`, page.String())
}

func TestATableOfNothingSaysSo(t *testing.T) {
	require.Equal(t, "No row could be measured.", verdict([]Result{{Failed: true, Ours: 1, Independent: 1}}))
}

func TestATableThatCannotBeWrittenIsAnError(t *testing.T) {
	_, out := io.Pipe()
	require.NoError(t, out.CloseWithError(io.ErrClosedPipe))
	require.ErrorIs(t, writeText(out, []Result{{}}), io.ErrClosedPipe)
	require.ErrorIs(t, writeMarkdown(out, nil, []Result{{}}), io.ErrClosedPipe)
}
