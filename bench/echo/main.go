package echo

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	goruntime "runtime"
)

// Main's arguments for what is no server.
const (
	loadMode = "load" // the client
	peerMode = "peer" // the peer of the benchmarks
)

// servers are Main's arguments for the servers.
var servers = []struct {
	name  string
	serve func(workers int, out io.Writer) error
}{
	{"simmer", serveSimmer},
	{"simmer-async", serveSimmerAsync},
	{"go", serveGo},
}

// Main is the life of one of the processes: a server of this program, whose name is the first argument, the client, or the peer. A
// server returns only if it fails; the peer returns when in ends. self is the command line that calls Main again, before arguments.
func Main(self, arguments []string, in io.Reader, out, diagnostics io.Writer) error {
	if len(arguments) == 0 {
		return errors.New("echo: what to be is missing")
	}
	mode := arguments[0]
	flags := flag.NewFlagSet(mode, flag.ContinueOnError)
	flags.SetOutput(diagnostics)
	switch mode {
	case loadMode:
		return loadMain(flags, arguments[1:], out)
	case peerMode:
		return peerMain(flags, self, arguments[1:], in, out)
	}
	for _, kind := range servers {
		if kind.name == mode {
			return serverMain(flags, arguments[1:], out, kind.serve)
		}
	}
	return fmt.Errorf("echo: unknown process %q", mode)
}

func loadMain(flags *flag.FlagSet, arguments []string, out io.Writer) error {
	var l load
	l.flags(flags)
	if err := flags.Parse(arguments); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	if err := l.check(); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	figures, err := l.run()
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(figures)
}

func serverMain(flags *flag.FlagSet, arguments []string, out io.Writer, serve func(int, io.Writer) error) error {
	workers, err := parseWorkers(flags, arguments)
	if err != nil {
		return err
	}
	// As many processors as workers, also where the machine has fewer: then the system's threads share them.
	goruntime.GOMAXPROCS(workers)
	return serve(workers, out)
}

// parseWorkers parses flags and one more, the number of workers.
func parseWorkers(flags *flag.FlagSet, arguments []string) (int, error) {
	workers := flags.Int("workers", 1, "workers of the server")
	if err := flags.Parse(arguments); err != nil {
		return 0, fmt.Errorf("echo: %w", err)
	}
	if *workers < 1 {
		return 0, fmt.Errorf("echo: workers must be at least 1: %d", *workers)
	}
	return *workers, nil
}
