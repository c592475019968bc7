package cli_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// signal.NotifyContext starts the one goroutine of os/signal, which stays.
		goleak.IgnoreAnyFunction("os/signal.loop"))
}
