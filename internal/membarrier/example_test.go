package membarrier_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/membarrier"
	"github.com/simmer-go/simmer/internal/sy"
)

// The side that seldom acts says what it wants, makes the fence for both, and then looks at what the busy side has said.
func Example() {
	var busy, wanted sy.PlainUint32
	wanted.Store(1)
	membarrier.Fence()
	fmt.Println(busy.Load() == 0)
	// Output: true
}
