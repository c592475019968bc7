package origin_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/origin"
)

func Example() {
	fmt.Println(origin.OfType(&thing{}))
	fmt.Println(origin.OfFunc(named))
	// Output:
	// *origin_test.thing
	// github.com/simmer-go/simmer/internal/origin_test.named
}
