package peers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/simmer-go/simmer/bench/echo"
	"github.com/simmer-go/simmer/bench/gopeer"
	"github.com/simmer-go/simmer/bench/peers/cepoll"
)

// Peer is a process that speaks package protocol. Its echo rows have a process of their own, which is another one.
type Peer struct {
	Name          string
	Command, Echo Command // nil if it has no such rows
}

// Command returns the command line of a process, without --workers. It may take minutes: it builds what has to be built, and tells
// log before it does.
type Command func(ctx context.Context, log func(line string)) ([]string, error)

// All returns every peer. self is the command line that makes the program itself a Go peer, before the peer's name.
func All(self ...string) []Peer {
	again := func(args ...string) Command {
		return func(context.Context, func(string)) ([]string, error) { return slices.Concat(self, args), nil }
	}
	// other is the process that drives an echo server of another program, the first word of what program returns.
	other := func(name string, program Command) Command {
		return func(ctx context.Context, log func(string)) ([]string, error) {
			argv, err := program(ctx, log)
			if err != nil {
				return nil, err
			}
			return slices.Concat(self, []string{gopeer.Echo, "peer", name, "--program", argv[0]}), nil
		}
	}
	var all []Peer
	for _, name := range gopeer.Names() {
		p := Peer{Name: name, Command: again(name)}
		if slices.ContainsFunc(new(echo.Suite).Own(), func(s echo.Server) bool { return s.Name == name }) {
			p.Echo = again(gopeer.Echo, "peer", name)
		}
		all = append(all, p)
	}
	return append(all, Peer{"tokio", tokioCommand, other("tokio", tokioCommand)}, Peer{Name: "c-epoll", Echo: other("c-epoll", cCommand)})
}

// cCommand builds the C echo server, which speaks no protocol.
func cCommand(ctx context.Context, _ func(string)) ([]string, error) {
	program, err := cepoll.Build(ctx)
	return []string{program}, err
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
