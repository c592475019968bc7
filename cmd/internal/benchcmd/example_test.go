package benchcmd_test

import (
	"fmt"

	"github.com/simmer-go/simmer/cmd/internal/benchcmd"
)

func Example() {
	o := benchcmd.Options{Filter: "^spawn", Peers: []string{"simmer", "cook"}, Rounds: 10}
	fmt.Println(o.Check())
	// Output: --peers: unknown peer "cook"; the peers are simmer, simmer-async, simmer-outside, go, pools, tokio, c-epoll
}
