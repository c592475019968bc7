package benchcmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/row"
	"github.com/simmer-go/simmer/bench/workload"
)

// Options is what the user asks for.
type Options struct {
	Filter  string   // regular expression of workload names, or of a group's; empty: the core group
	Peers   []string // empty: all that can be had
	Rounds  int
	Workers int // 0: one for each core
	JSON    string
	HTML    string
	Compare string

	Self    []string // the command line that makes this program a Go peer, before the peer's name
	Command string   // as the user wrote it, for the reports
	Load    measure.Load
	Cores   int

	Out, Err io.Writer
	Terminal bool // Err shows a bar
}

// defaultGroup is what is measured without a filter: the rows that runtimes are usually compared by, in a few minutes.
const defaultGroup = "core"

// maxRounds last for days: more are a slip of the hand.
const maxRounds = 1_000_000

// plan is what the options come to.
type plan struct {
	Options
	workloads []workload.Workload
	peers     []peers.Peer
	old       []row.Row
	json      *output
	html      *output
}

// Check reports what is wrong with the values, without looking at files or peers.
func (o *Options) Check() error {
	switch {
	case o.Rounds < 1:
		return fmt.Errorf("--rounds must be at least 1: %d", o.Rounds)
	case o.Rounds > maxRounds:
		return fmt.Errorf("--rounds must be at most %d: %d", maxRounds, o.Rounds)
	case o.JSON != "" && isSameName(o.JSON, o.HTML):
		return fmt.Errorf("--json and --html must be two files: %s", o.JSON)
	}
	if _, err := choose(workload.All(), o.Filter); err != nil {
		return err
	}
	_, err := o.choosePeers()
	return err
}

func (o *Options) choosePeers() ([]peers.Peer, error) {
	all := peers.All(o.Self...)
	if len(o.Peers) == 0 {
		return all, nil
	}
	chosen, err := peers.Choose(all, o.Peers)
	if err != nil {
		return nil, fmt.Errorf("--peers: %w", err)
	}
	return chosen, nil
}

// choose returns the workloads whose name or group matches filter.
func choose(all []workload.Workload, filter string) ([]workload.Workload, error) {
	if filter == "" {
		filter = "^" + defaultGroup + "$"
	}
	re, err := regexp.Compile(filter)
	if err != nil {
		return nil, fmt.Errorf("--filter: %w", err)
	}
	var chosen []workload.Workload
	for _, w := range all {
		if re.MatchString(w.Name) || re.MatchString(w.Group) {
			chosen = append(chosen, w)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("--filter: %q matches no workload, which --list prints, and none of the groups: %s", filter, strings.Join(groups(all), ", "))
	}
	return chosen, nil
}

func groups(all []workload.Workload) (names []string) {
	for _, w := range all {
		if !slices.Contains(names, w.Group) {
			names = append(names, w.Group)
		}
	}
	return names
}

// open makes a plan: it reads what is to be read and looks at what is to be written, so that nothing is measured in vain.
func (o *Options) open() (p *plan, err error) {
	p = &plan{Options: *o}
	if p.workloads, err = choose(workload.All(), o.Filter); err != nil {
		return nil, err
	}
	if p.peers, err = o.choosePeers(); err != nil {
		return nil, err
	}
	if o.Compare != "" {
		if p.old, err = readRows(o.Compare); err != nil {
			return nil, fmt.Errorf("--compare: %w", err)
		}
	}
	if p.json, err = openOutput(o.JSON, o.Out); err != nil {
		return nil, fmt.Errorf("--json: %w", err)
	}
	if p.html, err = openOutput(o.HTML, o.Out); err != nil {
		p.json.close()
		return nil, fmt.Errorf("--html: %w", err)
	}
	if err := p.html.checkReplace(); err != nil {
		return nil, errors.Join(fmt.Errorf("--html: the page is written beside the file first: %w", err), p.json.close(), p.html.close())
	}
	if p.json.isSameFile(p.html) {
		return nil, errors.Join(fmt.Errorf("--json and --html must be two files: %s is %s", o.JSON, o.HTML), p.json.close(), p.html.close())
	}
	return p, nil
}

// isSameName reports whether two names are of the same file, without looking at files.
func isSameName(a, b string) bool {
	return a == b || a != "-" && b != "" && b != "-" && absolute(a) == absolute(b)
}

func absolute(name string) string {
	if path, err := filepath.Abs(name); err == nil {
		return path
	}
	return filepath.Clean(name)
}

// readRows reads a file of rows. What is no regular file may have no end, or nobody who writes it.
func readRows(path string) ([]row.Row, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	rows, err := row.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no row to compare with", path)
	}
	return rows, nil
}
