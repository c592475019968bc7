package peers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/simmer-go/simmer/bench/gopeer"
)

// Peer is a process that speaks package protocol.
type Peer struct {
	Name string
	// Command returns the command line, without --workers. It may take minutes: it builds what has to be built, and tells log
	// before it does.
	Command func(ctx context.Context, log func(line string)) ([]string, error)
}

// All returns every peer. self is the command line that makes the program itself a Go peer, before the peer's name.
func All(self ...string) []Peer {
	var all []Peer
	for _, name := range gopeer.Names() {
		all = append(all, Peer{Name: name, Command: func(context.Context, func(string)) ([]string, error) {
			return append(slices.Clone(self), name), nil
		}})
	}
	return append(all, Peer{Name: "tokio", Command: tokioCommand})
}

// Choose returns those of all that are named, in the order of the names.
func Choose(all []Peer, names []string) ([]Peer, error) {
	var chosen []Peer
	for _, name := range names {
		i := slices.IndexFunc(all, func(p Peer) bool { return p.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown peer %q; the peers are %s", name, strings.Join(Names(all), ", "))
		}
		if !slices.ContainsFunc(chosen, func(p Peer) bool { return p.Name == name }) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen, nil
}

// Names returns the names of all.
func Names(all []Peer) []string {
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}
