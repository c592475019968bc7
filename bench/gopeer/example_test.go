package gopeer_test

import (
	"fmt"

	"github.com/simmer-go/simmer/bench/gopeer"
)

func Example() {
	fmt.Println(gopeer.Names())
	// Output: [simmer simmer-async simmer-outside go pools]
}
