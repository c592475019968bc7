package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/simmer-go/simmer/cmd/internal/vet"
)

// RunsAsVetTool reports whether the program was started by go vet -vettool, which asks in its own way.
func RunsAsVetTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-flags" || strings.HasPrefix(args[0], "-V=") || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// VetTool is the program when go vet has started it. It does not return.
func VetTool() { unitchecker.Main(vet.Analyzers()...) }

func newVet() *cobra.Command {
	var only []string
	var json bool
	cmd := &cobra.Command{
		Use:   "vet [PACKAGE...]",
		Short: "Find mistakes that tasks must not make",
		Long: `vet reports what a task must not do with its cx, its handles and its worker, which Go's compiler cannot see:

` + listAnalyzers() + `
It runs the go command, with itself as the tool of go vet, on the packages given, or on that of the working
directory; all flags of the build come from GOFLAGS. In other programs: go vet -vettool=$(which simmer) ./...
A line that is right though it looks wrong is marked on it, or above it: //simmer:ignore blocking the channel has room
A mark that names no analyzer, or that its analyzer does not need, is reported too.

Exit status: 0 nothing found, 1 something found or the packages do not build, 2 wrong usage, 130 interrupted.`,
		Example:           "  simmer vet ./...\n  simmer vet --only blocking,cxcapture ./...",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, packages []string) error {
			if err := cmp.Or(checkGiven(cmd, "only"), checkAnalyzers(only)); err != nil {
				return err
			}
			return runVet(cmd, only, json, packages)
		},
	}
	cmd.Flags().StringSliceVar(&only, "only", nil, "run these analyzers only, separated by commas")
	cmd.Flags().BoolVar(&json, "json", false, "print findings as JSON, in the form of go vet, sorted by package, analyzer and place, and succeed")
	must(cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(analyzerNames(), cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func analyzerNames() (names []string) {
	for _, a := range vet.Analyzers() {
		names = append(names, a.Name)
	}
	return names
}

func listAnalyzers() string {
	var b strings.Builder
	for _, a := range vet.Analyzers() {
		fmt.Fprintf(&b, "  %-11s %s\n", a.Name, a.Doc)
	}
	return b.String()
}

func checkAnalyzers(only []string) error {
	names := analyzerNames()
	for _, name := range only {
		if !slices.Contains(names, name) {
			return fmt.Errorf("no analyzer %q: there are %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// runVet runs go vet with this program as its tool.
func runVet(cmd *cobra.Command, only []string, json bool, packages []string) error {
	self, err := os.Executable()
	if err != nil {
		return &exit{exitFailed, fmt.Errorf("find this program's own file: %w", err)}
	}
	args := []string{"vet", "-vettool=" + self}
	for _, name := range only {
		args = append(args, "-"+name)
	}
	if json {
		args = append(args, "-json")
	}
	args = append(args, "--")
	ctx, stop := signal.NotifyContext(cmd.Context(), endSignals()...)
	defer stop()
	vetting := exec.CommandContext(ctx, "go", append(args, packages...)...)
	said := &vetErrors{out: cmd.ErrOrStderr()}
	found := &vetJSON{out: cmd.OutOrStdout()} // without --json nothing
	vetting.Stdout, vetting.Stderr = found, said
	err = errors.Join(runGroup(vetting), said.flush(), found.flush())
	var failed *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return &exit{exitInterrupted, errors.New("interrupted")}
	case errors.As(err, &failed):
		return &exit{exitFailed, nil} // go vet has said why
	case err != nil:
		return &exit{exitFailed, fmt.Errorf("run the go command, which vet needs: %w", err)}
	}
	return nil
}
