package invariant_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/invariant"
)

func ExampleCheck() {
	head, tail := 3, 5
	invariant.Check(head <= tail, "head has passed tail")
	fmt.Println("in order")
	// Output: in order
}
