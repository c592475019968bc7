package cli_test

import (
	"fmt"
	"os"

	"github.com/simmer-go/simmer/cmd/internal/cli"
)

func Example() {
	status := cli.Main([]string{"fetch", "--retries", "-1"}, os.Stdout, os.Stdout)
	fmt.Println("exit status", status)
	// Output:
	// simmer: --retries must not be negative: -1
	// Run 'simmer fetch --help' for usage.
	// exit status 2
}
