package sy_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/sy"
)

func Example() {
	var n sy.Uint32
	n.Add(2)
	fmt.Println(n.CompareAndSwap(2, 5), n.Load())
	// Output: true 5
}
