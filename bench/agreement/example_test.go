package agreement_test

import (
	"fmt"

	"github.com/simmer-go/simmer/bench/agreement"
)

func ExampleResult() {
	for _, independent := range []float64{352, 250} {
		r := agreement.Result{Case: agreement.Case{Bench: "spawn_many", Impl: "tokio"}, Ours: 310, Independent: independent}
		fmt.Printf("%s %.2f %t\n", r.Name(), r.Ratio(), r.Agrees())
	}
	// Output:
	// spawn_many/tokio 0.88 true
	// spawn_many/tokio 1.24 false
}
