// Package gopeer is the peer for everything that runs in a Go process: simmer in both of its styles, the go statement, pools.
// The program that runs the benchmarks starts itself again as such a peer.
package gopeer

import (
	"errors"
	"flag"
	"fmt"
	"io"
	goruntime "runtime"
	"runtime/debug"
	"slices"

	"github.com/simmer-go/simmer/bench/echo"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// kind is a peer of this program and the impls that it runs. One process runs one impl at a time, but what a peer is restarted for is the
// runner's choice.
type kind struct {
	peer    string
	impls   []string
	modules []string // that the impls are from
}

var kinds = []kind{
	{peer: "simmer", impls: []string{"simmer", "simmer-boxed", "simmer-rescue"}, modules: []string{simmer}},
	{peer: "simmer-async", impls: []string{"simmer-async"}, modules: []string{simmer}},
	{peer: "simmer-outside", impls: []string{"simmer-outside"}, modules: []string{simmer}},
	{peer: "go", impls: []string{"go", "x-sync"}, modules: []string{xSync}},
	{peer: "pools", impls: []string{"ants", "pond", "conc", "errgroup"}, modules: []string{
		"github.com/panjf2000/ants/v2", "github.com/alitto/pond/v2", "github.com/sourcegraph/conc", xSync,
	}},
}

const (
	simmer = "github.com/simmer-go/simmer"
	xSync  = "golang.org/x/sync"
)

// Names returns the peers of this program, in the order of the reports.
func Names() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.peer)
	}
	return names
}

// Echo is Main's argument for the processes of package echo.
const Echo = "echo"

// Main is the life of a peer: args are its name and its flags. It returns when in ends. self is the command line that calls Main
// again, before args: package echo needs servers in processes of their own.
func Main(self, args []string, in io.Reader, out, diagnostics io.Writer) error {
	if len(args) == 0 {
		return errors.New("gopeer: the peer's name is missing")
	}
	if args[0] == Echo {
		return echo.Main(append(self[:len(self):len(self)], Echo), args[1:], in, out, diagnostics)
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(diagnostics)
	workers := flags.Int("workers", goruntime.GOMAXPROCS(0), "workers of the runtime, and GOMAXPROCS")
	if err := flags.Parse(args[1:]); err != nil {
		return fmt.Errorf("gopeer: %w", err)
	}
	if *workers < 1 {
		return fmt.Errorf("gopeer: workers must be at least 1: %d", *workers)
	}
	kind, err := kindOf(args[0])
	if err != nil {
		return err
	}
	// As many processors as workers, also where the machine has fewer: then the system's threads share them.
	goruntime.GOMAXPROCS(*workers)
	p := &peer{kind: kind, workers: *workers, workloads: workload.All()}
	defer p.stop()
	return protocol.Serve(in, out, p.hello(), p.run)
}

func kindOf(peer string) (kind, error) {
	for _, k := range kinds {
		if k.peer == peer {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("gopeer: no peer %q", peer)
}

// peer runs the rows of its impls. What a row's iterations share is kept until another row is run.
type peer struct {
	kind
	workers   int
	workloads []workload.Workload

	row     protocol.Row
	iterate func(iterations int64, clock workload.Clock) workload.Figures // nil if nothing has been started
	end     func()
}

func (p *peer) hello() protocol.Hello {
	info, _ := debug.ReadBuildInfo()
	h := protocol.Hello{Peer: p.peer, Version: versions(info, p.modules), Workers: p.workers}
	for _, w := range p.workloads {
		for _, impl := range w.Impls {
			if slices.Contains(p.impls, impl.Name) {
				h.Rows = append(h.Rows, protocol.Row{Bench: w.Name, Impl: impl.Name})
			}
		}
	}
	return h
}

func (p *peer) run(r protocol.Request) (protocol.Answer, error) {
	w, impl, err := p.find(r.Bench, r.Impl)
	if err != nil {
		return protocol.Answer{}, err
	}
	var m meter
	if w.IsProbe() {
		new(meter).clock(func() {}) // what a meter needs itself is there before memory is measured
		return m.answer(impl.Probe(p.workers, r.Iterations, m.clock)), nil
	}
	if row := (protocol.Row{Bench: r.Bench, Impl: r.Impl}); p.row != row || p.iterate == nil {
		p.stop()
		p.row = row
		p.iterate, p.end = impl.Begin(p.workers)
	}
	f := p.iterate(r.Iterations, m.clock)
	f.Units = r.Iterations * w.Units
	return m.answer(f), nil
}

func (p *peer) find(bench, impl string) (*workload.Workload, *workload.Impl, error) {
	for i := range p.workloads {
		w := &p.workloads[i]
		for j := range w.Impls {
			if w.Name == bench && w.Impls[j].Name == impl && slices.Contains(p.impls, impl) {
				return w, &w.Impls[j], nil
			}
		}
	}
	return nil, nil, fmt.Errorf("no row %s/%s", bench, impl)
}

func (p *peer) stop() {
	if p.iterate != nil {
		p.end()
		p.iterate, p.end = nil, nil
	}
}
