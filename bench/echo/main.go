package echo

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	goruntime "runtime"
)

// loadMode is Main's argument for the client.
const loadMode = "load"

// servers are Main's arguments for the servers.
var servers = []struct {
	name  string
	serve func(workers int, out io.Writer) error
}{
	{"simmer", serveSimmer},
	{"simmer-async", serveSimmerAsync},
	{"go", serveGo},
}

// Main is the life of one of the processes: a server of this program, whose name is the first argument, or the client. A server
// returns only if it fails.
func Main(arguments []string, out, diagnostics io.Writer) error {
	if len(arguments) == 0 {
		return errors.New("echo: what to be is missing")
	}
	mode := arguments[0]
	flags := flag.NewFlagSet(mode, flag.ContinueOnError)
	flags.SetOutput(diagnostics)
	if mode == loadMode {
		return loadMain(flags, arguments[1:], out)
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
	workers := flags.Int("workers", 1, "workers of the server")
	if err := flags.Parse(arguments); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	if *workers < 1 {
		return fmt.Errorf("echo: workers must be at least 1: %d", *workers)
	}
	// As many processors as workers, also where the machine has fewer: then the system's threads share them.
	goruntime.GOMAXPROCS(*workers)
	return serve(*workers, out)
}
