package xrand_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/xrand"
)

func Example() {
	r := xrand.New(1)
	victim := r.Uint32n(4)
	fmt.Println(victim < 4)
	// Output: true
}
