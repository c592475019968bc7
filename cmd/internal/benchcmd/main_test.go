package benchcmd_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/simmer-go/simmer/bench/gopeer"
)

// asPeer makes the test binary a Go peer.
const asPeer = "bench-peer"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == asPeer {
		program, err := os.Executable() // Args[0] is a name that was drawn
		if err == nil {
			err = gopeer.Main([]string{program, asPeer}, os.Args[2:], os.Stdin, os.Stdout, os.Stderr)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each peer waits a second before it ends
	goleak.VerifyTestMain(m)
}
