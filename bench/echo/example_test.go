package echo_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/simmer-go/simmer/bench/echo"
)

// The example measures with the test program itself, which is a server or the client if its first argument says so.
func Example() {
	suite := echo.Suite{Self: []string{os.Args[0], "echo-process"}, Workers: 2}
	for _, server := range suite.Own() {
		result, err := suite.Measure(context.Background(), server, 50, 64, 50*time.Millisecond)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(server.Name, result.Requests > 0)
	}
	// Output:
	// simmer true
	// simmer-async true
	// go true
}
