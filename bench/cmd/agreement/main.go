// Command agreement compares the runner's minima with those of independent harnesses; see package agreement.
//
//	agreement [-criterion FOLDER] [-filter REGEXP] [-rounds N] [-most N] [-free] [-workers N] [-tokio-workers N] [-markdown FILE]
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/simmer-go/simmer/bench/agreement"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return agreement.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}
