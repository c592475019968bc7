package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// The exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1 // a download failed, or the server could not start
	exitUsage       = 2
	exitInterrupted = 130 // as a shell reports a command that Ctrl-C has ended
)

// exit is how a command ends that does not succeed. Its error, if any, is still to be printed; cobra's own errors, which are
// all about usage, are not of this type.
type exit struct {
	status int
	err    error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

// Main runs the command line args, without the program's name, and returns the exit status. Errors are printed once, on stderr.
func Main(args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteC()
	var end *exit
	switch {
	case err == nil:
		return exitOK
	case !errors.As(err, &end):
		fmt.Fprintf(stderr, "simmer: %v\nRun '%s --help' for usage.\n", err, cmd.CommandPath())
		return exitUsage
	case end.err != nil:
		fmt.Fprintf(stderr, "simmer: %v\n", end.err)
	}
	return end.status
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "simmer",
		Short: "Download files at the same time, serve echo, run benchmarks, or check programs that use simmer",
		Long: `simmer shows the runtime of the same name at work: many tasks that wait cost no worker.

  simmer fetch        downloads files at the same time
  simmer serve echo   is an echo server for load tests
  simmer bench        compares simmer with goroutines and Tokio
  simmer vet          finds mistakes that tasks must not make
  simmer version      prints its version

Exit status: 0 success, 1 failure, 2 wrong usage, 130 interrupted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		// With a function of its own, cobra takes an unknown command for an error, and proposes what may have been meant.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(newFetch(), newServe(), newBench(), newBenchPeer(), newVet(), newVersion())
	return root
}

// workersFlag adds the flag that sets the number of workers. checkWorkers reads it.
func workersFlag(cmd *cobra.Command, workers *int) {
	cmd.Flags().IntVarP(workers, "workers", "w", 0, "workers that run the tasks; 0: one for each processor")
	noValues(cmd, "workers")
}

func checkWorkers(workers int) error {
	const most = 1<<16 - 1 // the runtime's
	if workers < 0 {
		return fmt.Errorf("--workers must not be negative: %d", workers)
	}
	if workers > most {
		return fmt.Errorf("--workers must be at most %d: %d", most, workers)
	}
	return nil
}

// noValues says that a shell has nothing to propose for a flag's value, rather than files.
func noValues(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
}

// must panics on an error that only a wrong program makes.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
