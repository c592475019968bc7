package measure_test

import (
	"context"
	"fmt"
	"os"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/workload"
)

func Example() {
	program, _ := os.Executable()
	ctx := context.Background()
	peer, err := measure.Meet(ctx, measure.Endpoint{Name: "steady", Argv: []string{"env", asPeer + "=steady", quickExit, program}}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := measure.Suite{
		Peers: []measure.Peer{peer}, Workloads: []workload.Workload{stew}, Workers: 2, Cores: 2, Rounds: 10,
		Load: quiet{}, Observer: &silent{},
	}
	_ = s.Run(ctx, func(results []measure.Result) error {
		for _, r := range results {
			fmt.Println(r.Bench, r.Impl, *r.NsMin, *r.NsMedian)
		}
		return nil
	})
	// Output: stew steady 1e+06 1e+06
}
