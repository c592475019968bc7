// Command simmer downloads files at the same time, and serves echo for load tests, on the simmer runtime.
//
// Run "simmer help" for its commands.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/simmer-go/simmer/cmd/internal/cli"
)

func main() {
	// Whoever reads the output may go away first, as head does: that must not kill the downloads with half of their files
	// on the disk. Writing fails then, which nobody needs to know.
	signal.Ignore(syscall.SIGPIPE)
	if cli.RunsAsVetTool(os.Args[1:]) {
		cli.VetTool()
	}
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
