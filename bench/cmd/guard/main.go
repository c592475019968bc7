// Command guard counts the instructions of the hot paths and fails if one has become slower; see package guard.
//
//	guard [-filter REGEXP] [-write] [-dir FOLDER]
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/simmer-go/simmer/bench/guard"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return guard.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
