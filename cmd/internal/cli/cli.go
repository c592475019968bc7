package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/simmer-go/simmer"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit statuses, by one rule for all commands: what the command line alone shows to be wrong is wrong usage, and what only
// the files, the network or the machine show is a failure.
const (
	exitOK          = 0
	exitFailed      = 1   // a download failed, a file is missing, or the server could not start
	exitUsage       = 2   // an unknown command, or a flag or an argument that cannot be parsed or is out of range
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
func Main(args []string, out, stderr io.Writer) int {
	stdout := &stdout{out: out}
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	var end *exit
	if errors.As(err, &end) && end.err != nil {
		err = end.err
	}
	unwritten := stdout.failure()
	isUnwritten := unwritten != nil && (err == nil || isOnly(err, unwritten))
	switch {
	case isUnwritten && isClosedPipe(unwritten):
		return exitOK
	case isUnwritten:
		err, end = unwritten, &exit{status: exitFailed, err: unwritten}
	case err == nil:
		return exitOK
	case end == nil:
		fmt.Fprintf(stderr, "simmer: %v\nRun '%s --help' for usage.\n", err, cmd.CommandPath())
		return exitUsage
	}
	if end.err != nil {
		fmt.Fprintf(stderr, "simmer: %s\n", strings.TrimPrefix(err.Error(), "simmer: ")) // the library's errors begin so
	}
	return end.status
}

func newRoot(out, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "simmer",
		Short: "Download files at the same time, serve echo, run benchmarks, or check programs that use simmer",
		Long: `simmer shows the runtime of the same name at work: many tasks that wait cost no worker.

  simmer fetch        downloads files at the same time
  simmer serve echo   is an echo server for load tests
  simmer bench        compares simmer with goroutines and Tokio
  simmer vet          finds mistakes that tasks must not make
  simmer version      prints its version

Exit status, of all commands: 0 success; 1 it failed, for example because a file is missing; 2 wrong usage, such as an
unknown command, or a flag or an argument that cannot be parsed; 130 interrupted.`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		// With a function of its own, cobra takes an unknown command for an error, and proposes what may have been meant.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(out)
	root.SetErr(stderr)
	root.SetHelpCommand(newHelp())
	root.SetVersionTemplate(versionLine)
	root.InitDefaultVersionFlag() // else its flag takes the next argument for its value
	root.AddCommand(newFetch(), newServe(), newBench(), newBenchPeer(), newVet(), newVersion())
	root.InitDefaultCompletionCmd() // it takes note of where to print
	completion, _, err := root.Find([]string{"completion"})
	must(err)
	completion.RunE = root.RunE // else an unknown shell is none
	for _, shell := range completion.Commands() {
		shell.Args = noArgs
	}
	return root
}

// newHelp is cobra's command, which takes an unknown topic for no error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]...",
		Short: "Help about any command",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
			topic, _, err := cmd.Root().Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, sub := range topic.Commands() {
				if sub.IsAvailableCommand() && strings.HasPrefix(sub.Name(), begun) {
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("no help topic %q", strings.Join(args, " "))
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// noArgs refuses arguments of a command that takes none. cobra's own takes each for an unknown command.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q: %s takes none", args[0], cmd.CommandPath())
	}
	return nil
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

// newRuntime starts a runtime. All that can be too much for it is the number of workers.
func newRuntime(config simmer.Config) (*simmer.Runtime, error) {
	rt, err := simmer.New(config)
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		err = fmt.Errorf("%w: each worker takes one; give fewer --workers, or raise the limit (ulimit -n)", err)
	}
	if err != nil {
		return nil, &exit{status: exitFailed, err: err}
	}
	return rt, nil
}

// checkGiven reports a flag that was given an empty value, which is no way to leave it out.
func checkGiven(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		flag := cmd.Flags().Lookup(name)
		if value := flag.Value.String(); flag.Changed && (value == "" || value == "[]") {
			return fmt.Errorf("--%s must not be empty", name)
		}
	}
	return nil
}

// checkOnly reports a flag beside those that go with what.
func checkOnly(cmd *cobra.Command, what string, flags ...string) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if !slices.Contains(flags, flag.Name) {
			err = fmt.Errorf("--%s does not go with %s", flag.Name, what)
		}
	})
	return err
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
