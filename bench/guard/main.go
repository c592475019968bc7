package guard

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	// attempts is how often a path is counted before it is slower, and how often before its count is kept. What disturbs a
	// count mostly adds to it, so the least stands.
	attempts = 3
	// countsOf is the package beside which the folder of counts is.
	countsOf = "github.com/simmer-go/simmer/bench/guard"
)

const usage = `guard counts the instructions of simmer's hot paths under valgrind, which must be installed, and compares them with those
that are kept for this system and this version of Go. Run it within simmer's checkout.

Usage: guard [-filter REGEXP] [-write] [-dir FOLDER]

Exit status: 0 no path has become slower, or nothing can be compared (it says so), 1 a path has, or cannot be counted, 2 wrong usage.

`

// options are those of the command line.
type options struct {
	write  bool
	filter *regexp.Regexp
	dir    string
}

// Main is the command: it counts the instructions of the paths and compares them with those that are kept, or keeps them. Each
// path's line is written to stdout as soon as there is one, and what is wrong to stderr. Main returns the exit status: 0 also
// where nothing can be compared, 1 if a path fails or cannot be counted, 2 if the arguments are wrong.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 2 && args[0] == probeMode {
		return fail(stderr, probeOf(args[1]))
	}
	var o options
	flags := flag.NewFlagSet("guard", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&o.write, "write", false, "keep the counts instead of comparing them")
	filter := flags.String("filter", "", "count only the paths whose names match this `regexp`")
	flags.StringVar(&o.dir, "dir", "", "the `folder` of the counts; default bench/guard/counts")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	var err error
	if o.filter, err = regexp.Compile(*filter); err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(stderr, "guard:", err)
		return 2
	}
	return fail(stderr, o.check(ctx, stdout))
}

func fail(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "guard:", err)
	return 1
}

// probeOf runs a path as the program that is counted.
func probeOf(name string) error {
	all := paths()
	i := slices.IndexFunc(all, func(p path) bool { return p.name == name })
	if i < 0 {
		return fmt.Errorf("there is no path %q", name)
	}
	return all[i].probe()
}

// check builds the program and counts with it, if there is valgrind.
func (o *options) check(ctx context.Context, stdout io.Writer) (err error) {
	valgrind, err := exec.LookPath("valgrind")
	if err != nil {
		fmt.Fprintln(stdout, "guard: SKIPPED, no instructions are counted: valgrind is not installed")
		return nil
	}
	temp, err := os.MkdirTemp("", "simmer-guard-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	p, err := build(ctx, temp, valgrind)
	if err != nil {
		return err
	}
	return o.checkWith(ctx, p, stdout)
}

// checkWith counts with p, and compares or keeps what it has counted.
func (o *options) checkWith(ctx context.Context, p *program, stdout io.Writer) error {
	all := paths()
	chosen := slices.DeleteFunc(slices.Clone(all), func(p path) bool { return !o.filter.MatchString(p.name) })
	if len(chosen) == 0 {
		return fmt.Errorf("no path matches %q", o.filter)
	}
	file, err := o.file(ctx, p.built)
	if err != nil {
		return err
	}
	kept, err := readCounts(file)
	missing := errors.Is(err, fs.ErrNotExist)
	if missing && !o.write {
		fmt.Fprintf(stdout, "guard: SKIPPED, no counts are kept for %s: see CONTRIBUTING.md\n", p.built)
		return nil
	}
	if err != nil && !missing {
		return err
	}
	fmt.Fprintf(stdout, "guard: instructions of one operation, %s\n%-32s %10s %10s\n", p.built, "path", "kept", "seen")
	seen, err := o.count(ctx, p, chosen, kept, stdout)
	if err != nil {
		return err
	}
	if o.write {
		return o.keep(file, all, kept, seen, stdout)
	}
	return sum(Compare(o.guardedBy(kept), seen), stdout)
}

// file returns the name of the file of counts.
func (o *options) file(ctx context.Context, built string) (string, error) {
	dir := o.dir
	if dir == "" {
		var stdout strings.Builder
		if err := run(exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", countsOf), &stdout); err != nil {
			return "", fmt.Errorf("go list: %w", err)
		}
		dir = filepath.Join(strings.TrimSpace(stdout.String()), "counts")
	}
	return filepath.Join(dir, built+".txt"), nil
}

// count counts paths, again and again while one is slower than what is kept, and shows each.
func (o *options) count(ctx context.Context, p *program, chosen []path, kept []Count, stdout io.Writer) ([]Count, error) {
	var seen []Count
	for i := range chosen {
		c := Count{Path: chosen[i].name}
		var change Change
		for attempt := range attempts {
			n, err := p.count(ctx, &chosen[i])
			if err != nil {
				return nil, err
			}
			if attempt == 0 || n < c.Instructions {
				c.Instructions = n
			}
			change = Compare(kept, []Count{c})[0]
			if !o.write && change.Verdict != Slower {
				break
			}
		}
		fmt.Fprintln(stdout, change)
		seen = append(seen, c)
	}
	return seen, nil
}

// guardedBy returns those of the kept counts that the filter lets through.
func (o *options) guardedBy(kept []Count) []Count {
	return slices.DeleteFunc(slices.Clone(kept), func(c Count) bool { return !o.filter.MatchString(c.Path) })
}

// keep writes the counts that were seen, and of the other paths those that were kept.
func (o *options) keep(file string, all []path, kept, seen []Count, stdout io.Writer) error {
	var counts []Count
	for _, p := range all {
		if i := find(seen, p.name); i >= 0 {
			counts = append(counts, seen[i])
		} else if i := find(kept, p.name); i >= 0 {
			counts = append(counts, kept[i])
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	if err := writeCounts(file, counts); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "guard: written", file)
	return nil
}

// sum says what is gone, what has become faster, and fails for what must not be.
func sum(changes []Change, stdout io.Writer) error {
	var failed []string
	faster := false
	for _, c := range changes {
		if c.Verdict == Gone {
			fmt.Fprintln(stdout, c)
		}
		if c.Verdict.Fails() {
			failed = append(failed, fmt.Sprint(c.Path, " ", c.Verdict))
		}
		faster = faster || c.Verdict == Faster
	}
	if faster {
		fmt.Fprintln(stdout, "guard: some paths are faster: keep what was gained with make guard-write")
	}
	if len(failed) > 0 {
		return fmt.Errorf("%s: see CONTRIBUTING.md", strings.Join(failed, ", "))
	}
	return nil
}
