package workload_test

import (
	"fmt"

	"github.com/simmer-go/simmer/bench/workload"
)

func Example() {
	w := workload.ChainedSpawn()
	for _, impl := range w.Impls {
		run, stop := impl.Start(2)
		fmt.Println(impl.Name, run(1) == w.Check)
		stop()
	}
	// Output:
	// simmer true
	// simmer-async true
	// go true
	// simmer-outside true
}
