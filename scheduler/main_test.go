package scheduler

import (
	"flag"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// full has every stress test run at full size, also with the race detector: `make stress`.
var full = flag.Bool("full", false, "run every stress test at full size; takes minutes with the race detector")

func TestMain(m *testing.M) {
	flag.Parse()
	if *full {
		patience = 15 * time.Minute
	}
	goleak.VerifyTestMain(m)
}
