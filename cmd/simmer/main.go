// Command simmer downloads files at the same time, and serves echo for load tests, on the simmer runtime.
//
// Run "simmer help" for its commands.
package main

import (
	"os"

	"github.com/simmer-go/simmer/cmd/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
