package agreement

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/simmer-go/simmer/bench/gopeer"
	"github.com/simmer-go/simmer/bench/machine"
	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/peers"
)

// peerMode is the argument that makes the program a Go peer, whose name and flags come after it.
const peerMode = "peer"

// coreRows is what is measured without a filter.
const coreRows = `^(spawn_many|spawn_many_remote|spawn_join|yield_many|ping_pong|chained_spawn|timeout_ready|timeout_yield)/`

// options are those of the command line.
type options struct {
	criterion string // folder; empty: tokio's rows are left out
	filter    *regexp.Regexp
	effort    effort
	free      bool // no row is confined
	workers   int
	built     int    // workers of tokio's benches of several, 0: their own
	markdown  string // file
	command   string // for the page
}

const (
	// defaultRounds have as many samples as a row needs.
	defaultRounds = 3
	// moreRounds is how many times as many rounds a row that does not settle has by default.
	moreRounds = 5
)

const usage = `agreement measures rows of simmer bench with its own runner and with harnesses that are not ours, Go's testing package
and criterion, in turn, and prints both minima. Run it within simmer's checkout; it takes minutes, and with
all rows of tokio up to an hour.

Usage: agreement [-criterion FOLDER] [-filter REGEXP] [-rounds N] [-most N] [-free]
       [-workers N] [-tokio-workers N] [-markdown FILE]

Exit status: 0 measured, also if rows do not agree, 1 a row could not be measured, or the run
was interrupted: what was measured is printed then, 2 wrong usage.

`

// Main is the command: it measures the rows with both harnesses and writes a table to stdout, what it does meanwhile to stderr. It
// returns the exit status: 0 also if rows do not agree, 1 if one could not be measured or ctx ended, 2 if the arguments are wrong.
func Main(ctx context.Context, args []string, in io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == peerMode {
		program, err := os.Executable()
		if err == nil {
			err = gopeer.Main([]string{program, peerMode}, args[1:], in, stdout, stderr)
		}
		return status(stderr, err)
	}
	o := options{command: strings.Join(append([]string{"agreement"}, args...), " ")}
	flags := flag.NewFlagSet("agreement", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.criterion, "criterion", "", "cargo's target `folder` with tokio's benches; without it tokio's rows are left out")
	filter := flags.String("filter", coreRows, "measure the rows whose bench/impl matches this `regexp`")
	flags.IntVar(&o.effort.least, "rounds", defaultRounds, fmt.Sprintf("how often both harnesses measure each row at least, with %d samples a time, or %d long ones; one round settles no minimum", shortSamples.number, longSamples.number))
	flags.IntVar(&o.effort.most, "most", 0, "how often they measure a row whose minima are not settled (0: "+fmt.Sprint(moreRounds)+" times -rounds)")
	flags.BoolVar(&o.free, "free", false, "confine no row to one processor: leave their threads to the system")
	flags.IntVar(&o.workers, "workers", goruntime.NumCPU(), "workers of the Go rows; tokio's benches fix their own")
	flags.IntVar(&o.built, "tokio-workers", 0, "workers that tokio's benches were built with in place of their own 4 and 6 (default their own)")
	flags.StringVar(&o.markdown, "markdown", "", "a `file` for the table as a page")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if o.effort.most == 0 {
		o.effort.most = moreRounds * o.effort.least
	}
	if err := o.check(*filter, flags.Args()); err != nil {
		fmt.Fprintln(stderr, "agreement:", err)
		return 2
	}
	return status(stderr, o.run(ctx, stdout, stderr))
}

func status(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "agreement:", err)
	if errors.Is(err, errNoRow) {
		return 2
	}
	return 1
}

// errNoRow says that the filter lets none through.
var errNoRow = errors.New("no row matches")

// check reports what is wrong with the arguments.
func (o *options) check(filter string, rest []string) (err error) {
	switch o.filter, err = regexp.Compile(filter); {
	case err != nil:
		return fmt.Errorf("-filter: %w", err)
	case o.effort.least < 1:
		return fmt.Errorf("-rounds must be at least 1: %d", o.effort.least)
	case o.effort.most < o.effort.least:
		return fmt.Errorf("-most must be at least -rounds, %d: %d", o.effort.least, o.effort.most)
	case o.workers < 1 || o.workers > math.MaxUint16:
		return fmt.Errorf("-workers must be from 1 to %d: %d", math.MaxUint16, o.workers)
	case o.built < 0:
		return fmt.Errorf("-tokio-workers must not be negative: %d", o.built)
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	if o.criterion != "" {
		if info, err := os.Stat(o.criterion); err != nil {
			return fmt.Errorf("-criterion: %w", err)
		} else if !info.IsDir() {
			return fmt.Errorf("-criterion: %s is no folder", o.criterion)
		}
	}
	return nil
}

// run measures and reports. What was measured before ctx ended is reported too.
func (o *options) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "simmer-agreement-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	undo, err := keepFreed()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, undo()) }()
	log := func(line string) { fmt.Fprintln(stderr, line) }
	ours := &runner{peers: peers.All(program, peerMode), log: log}
	pairs := o.pairs(ours, &gotest{program: filepath.Join(temp, "workload.test")})
	if len(pairs) == 0 {
		if o.criterion == "" {
			return fmt.Errorf("%w %q; without -criterion there are no rows of tokio", errNoRow, o.filter)
		}
		return fmt.Errorf("%w %q", errNoRow, o.filter)
	}
	if err := o.ready(pairs); err != nil {
		return err
	}
	if slices.ContainsFunc(pairs, func(p pair) bool { return p.Program == "" }) {
		log("building the benchmarks of package workload")
		if err := buildTests(ctx, filepath.Join(temp, "workload.test")); err != nil {
			return err
		}
	}
	facts := o.facts(ctx, ours, pairs)
	results, err := compare(ctx, pairs, o.effort, measure.System{}, log)
	errs := []error{err, writeText(stdout, results)}
	if o.markdown != "" {
		errs = append(errs, o.page(facts, results))
	}
	for i := range results {
		if results[i].Failed {
			errs = append(errs, fmt.Errorf("%s: %s", results[i].Name(), results[i].Note))
		}
	}
	return errors.Join(errs...)
}

// ready reports what a run would fail for at its end: a page that cannot be written, a bench of tokio's that is not there.
func (o *options) ready(pairs []pair) error {
	if o.markdown != "" {
		file, err := os.OpenFile(o.markdown, os.O_WRONLY|os.O_CREATE, 0o666) // with what is in it
		if err != nil {
			return fmt.Errorf("-markdown: %w", err)
		}
		if err := file.Close(); err != nil {
			return fmt.Errorf("-markdown: %w", err)
		}
	}
	tokios := criterion{dir: o.criterion}
	for i := range pairs {
		if program := pairs[i].Program; program != "" {
			if _, err := tokios.program(program); err != nil {
				return fmt.Errorf("-criterion: %w", err)
			}
		}
	}
	return nil
}

// pairs returns the cases that the filter lets through, with their harnesses.
func (o *options) pairs(ours, tests Harness) (pairs []pair) {
	cases := goCases(o.workers)
	if o.criterion != "" {
		cases = append(cases, tokioCases(o.built)...)
	}
	for _, c := range cases {
		if !o.filter.MatchString(c.Name()) {
			continue
		}
		c.Confined = c.Confined && !o.free
		p := pair{Case: c, ours: ours, independent: tests}
		if c.Program != "" {
			p.independent = &criterion{dir: o.criterion}
		}
		if c.Confined {
			p.ours, p.independent = confined{p.ours}, confined{p.independent}
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// facts are those of the machine, of the command and of the peers.
func (o *options) facts(ctx context.Context, ours *runner, pairs []pair) (facts []string) {
	add := func(name, value string) { facts = append(facts, name+": "+value) }
	for _, fact := range machine.Describe() {
		add(fact.Name, fact.Value)
	}
	add("command", o.command)
	add("rounds", fmt.Sprintf("%d or more, until %d samples of each side, of two rounds or more, are within %.0f %% of its minimum, at most %d", o.effort.least, settlers, 100*nearness, o.effort.most))
	add("samples", fmt.Sprintf("in a round %d of each side that last %v or more, or %d of %v; criterion's do so in the mean", shortSamples.number, shortSamples.least, longSamples.number, longSamples.least))
	for _, k := range append([][2]string{{"LD_PRELOAD"}}, keepers...) {
		if value := os.Getenv(k[0]); value != "" {
			add(k[0], value)
		}
	}
	var seen []string
	for i := range pairs {
		c := &pairs[i].Case
		if slices.Contains(seen, c.Peer) {
			continue
		}
		seen = append(seen, c.Peer)
		if version, err := ours.version(ctx, c); err != nil {
			add("peer "+c.Peer, err.Error())
		} else {
			add("peer "+c.Peer, version)
		}
	}
	return facts
}

// page writes the Markdown file.
func (o *options) page(facts []string, results []Result) error {
	file, err := os.Create(o.markdown)
	if err != nil {
		return fmt.Errorf("-markdown: %w", err)
	}
	return errors.Join(writeMarkdown(file, facts, results), file.Close())
}
