package measure_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/usage"
	"github.com/simmer-go/simmer/bench/workload"
)

// The test binary is the peers too: asPeer names the temper of one, journal a file to which each
// process adds the way that it was asked for first.
const (
	asPeer  = "SIMMER_TEST_AS_PEER"
	journal = "SIMMER_TEST_JOURNAL"
)

func TestMain(m *testing.M) {
	if temper := os.Getenv(asPeer); temper != "" {
		peer(temper)
		return
	}
	goleak.VerifyTestMain(m)
}

// quickExit keeps the race detector from waiting a second at the end of each process.
const quickExit = "GORACE=atexit_sleep_ms=0"

// unitNS is the time that the fake peers say that a unit of work took.
const unitNS = 1_000_000

// peer is a process that pretends to work. What it says depends on its temper.
func peer(temper string) {
	workers, _ := strconv.Atoi(os.Args[len(os.Args)-1])
	hello := protocol.Hello{Peer: temper, Version: "1", Workers: workers, Rows: []protocol.Row{{Bench: "stew", Impl: temper}, {Bench: "probe", Impl: temper}}}
	switch temper {
	case "mute":
		select {}
	case "dead":
		fmt.Fprintln(os.Stderr, "no oven here")
		os.Exit(3)
	case "single":
		hello.Workers = 1
	case "shy":
		hello.Workers = 0
	case "prattler":
		fmt.Println("hello!")
	}
	worked := int64(0)
	_ = protocol.Serve(os.Stdin, os.Stdout, hello, func(r protocol.Request) (protocol.Answer, error) {
		if r.ID == 1 {
			note(temper)
		}
		a := protocol.Answer{
			Units: 10 * r.Iterations, WallNS: 10 * r.Iterations * unitNS, CPUNS: 20 * r.Iterations * unitNS,
			Allocs: new(20 * r.Iterations), RSSBytes: 1 << 20, Check: 30 * uint64(r.Iterations),
		}
		if r.Bench == "probe" {
			a.Extra = map[string]float64{
				protocol.P50: 2, protocol.P99: 9, protocol.Max: 20, protocol.LatenessMean: 3, protocol.LatenessP99: 8,
				protocol.RSSPerTask: 96, protocol.HeapKept: 640, protocol.ReqPerS: 1000,
			}
		}
		switch temper {
		case "refuser":
			return a, fmt.Errorf("no flour")
		case "crasher":
			fmt.Fprintln(os.Stderr, "panic: burnt")
			os.Exit(2)
		case "sleeper":
			select {}
		case "cheat":
			a.Check++
		case "idler":
			a.Units--
		case "stopped":
			a.WallNS = 0
		case "hasty":
			a.WallNS = 1
		case "babbler":
			fmt.Println("soup of the day")
		case "forger":
			fmt.Printf("{\"id\":%d,\"units\":10,\"wall_ns\":1,\"check\":30}\n", r.ID+1)
		case "cold": // until it has worked for 100 ms
			if worked < 100_000_000 {
				a.WallNS *= 3
			}
			worked += a.WallNS
		case "burner": // of the processor
			for begun := usage.CPU(); usage.CPU()-begun < 20*time.Millisecond; {
				continue
			}
		case "late": // fails after the warm-up
			if r.ID > 6 {
				return a, fmt.Errorf("out of gas")
			}
		case "fickle": // fails in its third process
			if text, _ := os.ReadFile(os.Getenv(journal)); strings.Count(string(text), temper) > 2 {
				return a, fmt.Errorf("no more")
			}
		}
		return a, nil
	})
}

func note(temper string) {
	if name := os.Getenv(journal); name != "" {
		file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(file, temper)
		file.Close()
	}
}

// endpoint is the test binary as a peer.
func endpoint(t *testing.T, temper string) measure.Endpoint {
	program, err := os.Executable()
	require.NoError(t, err)
	return measure.Endpoint{Name: temper, Argv: []string{"env", asPeer + "=" + temper, quickExit, program}}
}

// meet makes peers of tempers.
func meet(t *testing.T, tempers ...string) []measure.Peer { return meetWith(t, 2, tempers...) }

// meetWith asks them for so many workers.
func meetWith(t *testing.T, workers int, tempers ...string) []measure.Peer {
	var met []measure.Peer
	for _, temper := range tempers {
		p, err := measure.Meet(t.Context(), endpoint(t, temper), workers)
		require.NoError(t, err)
		met = append(met, p)
	}
	return met
}

var stew = workload.Workload{Name: "stew", Unit: "a bowl", Units: 10, Check: 30, Metric: workload.Time, Limit: time.Second}

var latency = workload.Workload{Name: "probe", Unit: "a call", Units: 10, Check: 30, Metric: workload.Latency, Scales: []int64{3, 5}, Samples: 2, Limit: time.Second}

// quiet is a machine with nobody else on it.
type quiet struct{}

func (quiet) Busy() (time.Duration, error) { return 0, nil }

// busy is a machine on which others use a second at each of the first looks.
type busy struct {
	looks  atomic.Int64
	noisy  int64
	passed atomic.Int64
}

func (b *busy) Busy() (time.Duration, error) {
	if b.looks.Add(1) <= b.noisy {
		b.passed.Add(int64(time.Hour))
	}
	return time.Duration(b.passed.Load()), nil
}

// blind is a machine whose load cannot be read.
type blind struct{}

func (blind) Busy() (time.Duration, error) { return 0, fmt.Errorf("no such file") }

// silent is an observer that keeps what it is told.
type silent struct {
	expected, did time.Duration
	parts         int
	rows          []string
}

func (s *silent) Begin(expected time.Duration) { s.expected = expected }
func (s *silent) Row(name string)              { s.rows = append(s.rows, name) }
func (s *silent) Did(part time.Duration)       { s.did, s.parts = s.did+part, s.parts+1 }

// suite measures stew with ten rounds on a quiet machine.
func suite(peers []measure.Peer) measure.Suite {
	return measure.Suite{
		Peers: peers, Workloads: []workload.Workload{stew}, Workers: 2, Cores: 2, Rounds: 10, Load: quiet{}, Observer: &silent{},
	}
}

// results runs s and returns all results.
func results(t *testing.T, s measure.Suite) []measure.Result {
	var all []measure.Result
	require.NoError(t, s.Run(t.Context(), func(r []measure.Result) error {
		all = append(all, r...)
		return nil
	}))
	return all
}

func lines(t *testing.T, name string) []string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return strings.Fields(string(text))
}
