package protocol_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/simmer-go/simmer/bench/protocol"
)

func Example() {
	requests := strings.NewReader(`{"id":1,"op":"run","bench":"add","impl":"go","iterations":10}`)
	hello := protocol.Hello{Peer: "go", Version: "go1.26", Workers: 2, Rows: []protocol.Row{{Bench: "add", Impl: "go"}}}
	err := protocol.Serve(requests, os.Stdout, hello, func(r protocol.Request) (protocol.Answer, error) {
		return protocol.Answer{Units: r.Iterations, WallNS: 12, Check: uint64(r.Iterations)}, nil
	})
	fmt.Println(err)
	// Output:
	// {"peer":"go","version":"go1.26","workers":2,"rows":[{"bench":"add","impl":"go"}]}
	// {"id":1,"units":10,"wall_ns":12,"check":10}
	// <nil>
}
