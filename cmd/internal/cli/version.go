package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionLine is the template of what the flag --version prints.
const versionLine = "simmer {{.Version}}\n"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program and of Go",
		Long: `version prints, on one line, as simmer --version does, the version of the module that this program was built from, and that of Go. A program
that was built from a checkout has (devel) as its version, or the commit's.`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "simmer", version())
			if err != nil {
				return &exit{exitFailed, err}
			}
			return nil
		},
	}
}

// version returns what the build has noted: the module's version and Go's.
func version() string {
	module, goVersion := "", runtime.Version()
	if info, ok := debug.ReadBuildInfo(); ok {
		module, goVersion = info.Main.Version, info.GoVersion
	}
	return cmp.Or(module, "(devel)") + " " + goVersion
}
