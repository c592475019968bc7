package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/echo"
	"github.com/simmer-go/simmer/runtime"
	"github.com/spf13/cobra"
)

// drainTime is how long open connections may go on after the signal: enough for an exchange in flight, less than a service
// manager's patience.
const drainTime = 5 * time.Second

const maxPort = 1<<16 - 1

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve something",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("what to serve is missing: simmer serve echo")
		},
	}
	cmd.AddCommand(newServeEcho())
	return cmd
}

func newServeEcho() *cobra.Command {
	var address string
	var workers int
	cmd := &cobra.Command{
		Use:   "echo",
		Short: "Serve TCP echo, for load tests",
		Long: `echo sends back what it receives, on any number of TCP connections, one task each.

It prints "listening on ADDRESS" when it is ready. SIGINT, SIGTERM or SIGHUP ends it: it accepts no more, lets
open connections go on for up to 5 s, then closes them. A second signal closes them at once.

Exit status: 0 ended by a signal (never 130: a signal is how a server is asked to end), 1 the address cannot be
listened on, or not be told, 2 wrong usage.`,
		Example:           "  simmer serve echo --addr 127.0.0.1:7000 --workers 2",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(checkGiven(cmd, "addr"), checkAddress(address), checkWorkers(workers)); err != nil {
				return err
			}
			return serveEcho(address, workers, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&address, "addr", "a", "127.0.0.1:7000", "address to listen on; port 0: one that is free")
	workersFlag(cmd, &workers)
	noValues(cmd, "addr")
	return cmd
}

// checkAddress reports what is wrong with the form of an address. Whether its host and a named port exist is seen later.
func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	if number, err := strconv.Atoi(port); err == nil && (number < 0 || number > maxPort || port[0] == '+') {
		return fmt.Errorf("--addr: address %s: invalid port", address)
	}
	return nil
}

func serveEcho(address string, workers int, stdout, stderr io.Writer) error {
	first, second, stop := twoSignals()
	defer stop()
	// A session that panics has nobody who waits for it: the log tells.
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	rt, err := newRuntime(simmer.Config{Workers: workers, Logger: logger})
	if err != nil {
		return err
	}
	defer rt.Close() // after Shutdown it has nothing to do
	server, err := echo.Listen(first, rt, address)
	if err != nil {
		return &exit{status: exitFailed, err: err}
	}
	if _, err := fmt.Fprintf(stdout, "listening on %s\n", server.Addr()); err != nil && !isClosedPipe(err) {
		return &exit{status: exitFailed, err: err}
	}
	if err := server.Serve(first); err != nil {
		return &exit{status: exitFailed, err: err}
	}
	return drain(second, rt, server, stderr)
}

// drain waits for the open connections, and closes what is left after drainTime or when ctx ends.
func drain(ctx context.Context, rt *simmer.Runtime, server *echo.Server, stderr io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	if open := server.Open(); open > 0 {
		fmt.Fprintf(stderr, "stopping: open connections may go on for up to %v: %d\n", drainTime, open)
	}
	err := rt.Shutdown(ctx)
	var late *runtime.ShutdownError
	if errors.As(err, &late) {
		fmt.Fprintf(stderr, "closed connections that were still open: %d\n", len(late.Leftovers))
		err = late.Stuck
	}
	if err != nil {
		return &exit{status: exitFailed, err: err}
	}
	return nil
}
