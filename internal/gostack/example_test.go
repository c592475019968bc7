package gostack_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/gostack"
)

func ExampleInside() {
	defer func() {
		fmt.Println("panicking:", gostack.Inside("runtime.gopanic"))
		_ = recover()
	}()
	fmt.Println("panicking:", gostack.Inside("runtime.gopanic"))
	panic("boom")
	// Output:
	// panicking: false
	// panicking: true
}
