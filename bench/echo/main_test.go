package echo

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// processArgument makes the test program one of the processes.
const processArgument = "echo-process"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == processArgument {
		if err := Main(os.Args[:2], os.Args[2:], os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
