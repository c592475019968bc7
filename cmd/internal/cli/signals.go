package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// endSignals are those that ask the program to end: Ctrl-C, a service manager, the end of the terminal, unless nohup has asked
// for that one to be ignored.
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// twoSignals returns a context that ends at the first of endSignals and one that ends at the second. stop ends both, and
// gives the signals back.
func twoSignals() (first, second context.Context, stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, endSignals()...)
	second, cancelSecond := context.WithCancel(context.Background())
	first, cancelFirst := context.WithCancel(second)
	var wg sync.WaitGroup
	wg.Go(func() { // ends at the second signal or at stop
		for _, cancel := range []context.CancelFunc{cancelFirst, cancelSecond} {
			select {
			case <-signals:
				cancel()
			case <-second.Done():
				return
			}
		}
	})
	return first, second, func() {
		signal.Stop(signals)
		cancelSecond()
		wg.Wait()
	}
}
