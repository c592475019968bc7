package guard_test

import (
	"fmt"

	"github.com/simmer-go/simmer/bench/guard"
)

func ExampleCompare() {
	kept := []guard.Count{{Path: "spawn", Instructions: 200}, {Path: "yield", Instructions: 50}}
	seen := []guard.Count{{Path: "spawn", Instructions: 210}, {Path: "yield", Instructions: 51}}
	for _, change := range guard.Compare(kept, seen) {
		fmt.Println(change.Path, change.Verdict, change.Verdict.Fails())
	}
	// Output:
	// spawn SLOWER true
	// yield same false
}
