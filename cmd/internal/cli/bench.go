package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"github.com/simmer-go/simmer/bench/gopeer"
	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/cmd/internal/benchcmd"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// peerCommand is the hidden command that makes this program a peer of the benchmarks.
const peerCommand = "bench-peer"

func newBench() *cobra.Command {
	var o benchcmd.Options
	var list, long bool
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Compare simmer with goroutines, Tokio and pools on this machine",
		Long: `bench measures the same work on simmer, with the go statement, and on Tokio where cargo can build it, and prints
what a unit of work costs, beside the best of the others. Losses are printed like wins.

All take samples in turn, in processes of their own. The load of other programs is watched: what they disturb is
measured again, or marked. Without --filter the core table is measured; --list tells what else there is, a line each,
and --list --long also who has a row of it, in lines of up to 270 columns. --list takes --filter, and no other flag.

--json writes one object a row, as soon as its workload is measured; the first takes the place of the file's old
content. --html writes one file with charts that needs no network, at the end and in one step. Ctrl-C ends the run:
what was measured is printed and written, with a line that says so; if nothing was, files are left as they were.
A second Ctrl-C ends it without a report.

--compare prints what has changed since the run that wrote OLD.json; a change counts if the samples of both runs
lie apart.

Exit status: 0 measured (also if a peer failed: its row says so), 1 nothing could be measured or written, 2 wrong
usage, 130 interrupted.`,
		Example: `  simmer bench
  simmer bench --filter 'spawn|yield' --rounds 3
  simmer bench --filter memory --peers simmer,go --html report.html
  simmer bench --json new.json --compare old.json`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				if err := checkOnly(cmd, "--list", "list", "long", "filter"); err != nil {
					return err
				}
				return benchcmd.List(cmd.OutOrStdout(), o.Filter, long)
			}
			if long {
				return errors.New("--long is for --list")
			}
			if err := checkGiven(cmd, "json", "html", "compare", "peers"); err != nil {
				return err
			}
			if err := o.Check(); err != nil {
				return err
			}
			if err := checkWorkers(o.Workers); err != nil {
				return err
			}
			return runBench(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Filter, "filter", "f", "", "measure the workloads whose name or group matches this regular expression (default the core group)")
	flags.StringSliceVarP(&o.Peers, "peers", "p", nil, "peers to compare, with commas between them (default all that can be had)")
	flags.IntVarP(&o.Rounds, "rounds", "n", measure.MinRounds, "samples of each row")
	flags.StringVar(&o.JSON, "json", "", "file for the rows as JSON lines; - is the standard output")
	flags.StringVar(&o.HTML, "html", "", "file for a report with charts; - is the standard output")
	flags.StringVar(&o.Compare, "compare", "", "JSON lines of an earlier run to compare with")
	flags.BoolVar(&list, "list", false, "print the workloads, or those of --filter, and end")
	flags.BoolVar(&long, "long", false, "with --list: print also which runtimes have a row, and whose shape it has")
	workersFlag(cmd, &o.Workers)
	noValues(cmd, "filter", "rounds")
	must(cmd.RegisterFlagCompletionFunc("peers", cobra.FixedCompletions(benchcmd.PeerNames(), cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.MarkFlagFilename("json", "json", "jsonl"))
	must(cmd.MarkFlagFilename("html", "html"))
	must(cmd.MarkFlagFilename("compare", "json", "jsonl"))
	return cmd
}

func runBench(cmd *cobra.Command, o benchcmd.Options) error {
	var err error
	if o.Self, err = asPeer(); err != nil {
		return &exit{exitFailed, err}
	}
	o.Command = commandLine(cmd)
	o.Load, o.Cores = measure.System{}, runtime.NumCPU()
	o.Out, o.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
	o.Terminal = terminal(o.Err) != nil
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it wherever it is: nobody may read what it writes
	err = benchcmd.Run(ctx, o)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &exit{exitInterrupted, errors.New("interrupted")}
	}
	return &exit{exitFailed, err}
}

// asPeer is the command line that makes this program a peer, before the peer's name.
func asPeer() ([]string, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot start this program again as a peer: %w", err)
	}
	return []string{program, peerCommand}, nil
}

// commandLine is what the user asked for, with the flags in alphabetical order.
func commandLine(cmd *cobra.Command) string {
	line := []string{cmd.CommandPath()}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		line = append(line, fmt.Sprintf("--%s=%s", f.Name, strings.Trim(f.Value.String(), "[]")))
	})
	return strings.Join(line, " ")
}

// newBenchPeer is started by simmer bench, which talks with it.
func newBenchPeer() *cobra.Command {
	return &cobra.Command{
		Use:                peerCommand,
		Short:              "Be a peer of simmer bench",
		Hidden:             true,
		DisableFlagParsing: true, // the peer has its own
		RunE: func(cmd *cobra.Command, args []string) error {
			self, err := asPeer()
			if err != nil {
				return &exit{exitFailed, err}
			}
			if err := gopeer.Main(self, args, os.Stdin, cmd.OutOrStdout(), cmd.ErrOrStderr()); err != nil {
				return &exit{exitFailed, err}
			}
			return nil
		},
	}
}
