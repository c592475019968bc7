package benchcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/simmer-go/simmer/bench/machine"
	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/report"
	"github.com/simmer-go/simmer/bench/row"
	"github.com/simmer-go/simmer/bench/workload"
)

// ErrNoPeer says that there was nobody to measure.
var ErrNoPeer = errors.New("no peer could be started")

// ErrNoRow says that there was nothing to measure: no peer has a row of the workloads.
var ErrNoRow = errors.New("none of the peers has a row of these workloads; --list --long tells who has which")

// Run measures and reports. What was measured before ctx ended is reported too; the error is then ctx's cause. A peer that fails
// is no error. Options must have passed Check.
func Run(ctx context.Context, o Options) error {
	p, err := o.open()
	if err != nil {
		return err
	}
	defer p.json.close()
	defer p.html.close()
	if p.Workers == 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	facts := append(machine.Describe(), p.facts()...)
	met, versions := p.meet(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if len(met) == 0 && len(versions) > 0 {
		return ErrNoPeer
	}
	run := report.Run{Facts: append(facts, versions...)}
	measured := p.measure(ctx, met, &run)
	switch {
	case len(run.Results) > 0:
	case measured != nil:
		return measured
	default:
		return ErrNoRow
	}
	if measured != nil {
		run.Facts = append(run.Facts, incomplete(measured, run.Results))
	}
	return errors.Join(measured, p.report(run))
}

// facts are those of the command, for the head of the reports.
func (p *plan) facts() []machine.Fact {
	workers := fmt.Sprintf("%d, and as many for GOMAXPROCS", p.Workers)
	if p.Workers > p.Cores {
		workers += ": more than cores, so they share them"
	}
	facts := []machine.Fact{
		fact("command", p.Command), fact("workers", workers), fact("samples", fmt.Sprintf("%d of at least 20 ms", p.Rounds)),
	}
	if p.Cores == 1 {
		facts = append(facts, fact("mind", "one core: nothing runs at the same time, so stealing and waking across workers cost nothing here"))
	}
	return facts
}

func fact(name, value string) machine.Fact { return machine.Fact{Name: name, Value: value} }

// incomplete tells that the run has ended early, with what it has.
func incomplete(cause error, results []measure.Result) machine.Fact {
	whole := map[string]bool{}
	for i := range results {
		whole[results[i].Bench] = true
	}
	return fact("incomplete", fmt.Sprintf("ended early: %v; workloads that are here: %d, the others are missing", cause, len(whole)))
}

// meet starts each peer once. A peer that is not to be had is told about and left out.
func (p *plan) meet(ctx context.Context) (met []measure.Peer, versions []machine.Fact) {
	for _, peer := range p.peers {
		for _, command := range p.commands(peer) {
			m, err := p.meetOne(ctx, peer.Name, command)
			if ctx.Err() != nil {
				return met, versions
			}
			if err != nil {
				fmt.Fprintf(p.Err, "peer %s is left out: %v\n", peer.Name, err)
				versions = append(versions, fact("peer "+peer.Name, "left out: "+err.Error()))
				break
			}
			met = append(met, m)
			if version := m.Hello.Version; version != "" {
				versions = append(versions, fact("peer "+peer.Name, version))
			}
		}
	}
	return met, versions
}

// commands returns those of peer that the workloads need. Its own is always there: it tells the version.
func (p *plan) commands(peer peers.Peer) (commands []peers.Command) {
	if peer.Command != nil {
		commands = append(commands, peer.Command)
	}
	isEcho := func(w workload.Workload) bool { return w.Group == workload.EchoGroup }
	if peer.Echo != nil && slices.ContainsFunc(p.workloads, isEcho) {
		commands = append(commands, peer.Echo)
	}
	return commands
}

func (p *plan) meetOne(ctx context.Context, name string, command peers.Command) (measure.Peer, error) {
	argv, err := command(ctx, func(line string) { fmt.Fprintln(p.Err, line) })
	if err != nil {
		return measure.Peer{}, err
	}
	return measure.Meet(ctx, measure.Endpoint{Name: name, Argv: argv}, p.Workers)
}

func (p *plan) measure(ctx context.Context, met []measure.Peer, run *report.Run) error {
	var shown progress = &lines{out: p.Err}
	if p.Terminal {
		shown = &bar{out: p.Err}
	}
	defer shown.stop()
	suite := measure.Suite{
		Peers: met, Workloads: p.workloads, Workers: p.Workers, Cores: p.Cores, Rounds: p.Rounds, Load: p.Load, Observer: shown,
	}
	return suite.Run(ctx, func(results []measure.Result) error {
		run.Results = append(run.Results, results...)
		for i := range results {
			if err := results[i].Write(p.json); err != nil {
				return fmt.Errorf("--json: %w", err)
			}
		}
		return nil
	})
}

// report writes everything but the JSON lines, which are there already.
func (p *plan) report(run report.Run) error {
	out := p.Out
	if p.JSON == "-" || p.HTML == "-" {
		out = p.Err // the standard output is for programs then
	}
	errs := []error{p.json.close(), report.Text(out, run)}
	if p.Compare != "" {
		errs = append(errs, compare(out, p.Compare, p.old, run.Results))
	}
	if p.HTML != "" {
		if err := p.page(run); err != nil {
			errs = append(errs, fmt.Errorf("--html: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (p *plan) page(run report.Run) error {
	var page bytes.Buffer
	if err := report.HTML(&page, run); err != nil {
		return err
	}
	return errors.Join(p.html.replace(page.Bytes()), p.html.close())
}

func compare(out io.Writer, name string, old []row.Row, results []measure.Result) error {
	rows := make([]row.Row, len(results))
	measured := map[string]bool{}
	for i := range results {
		rows[i] = results[i].Row
		measured[rows[i].Bench] = true
	}
	// What was not asked for is not gone.
	old = slices.DeleteFunc(slices.Clone(old), func(r row.Row) bool { return !measured[r.Bench] })
	return report.Changes(out, name, row.Compare(old, rows))
}
