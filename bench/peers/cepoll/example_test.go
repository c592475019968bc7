package cepoll_test

import (
	"context"
	"fmt"
	"os/exec"

	"github.com/simmer-go/simmer/bench/peers/cepoll"
)

func ExampleBuild() {
	program, err := cepoll.Build(context.Background())
	if err != nil {
		fmt.Println("skipped:", err)
		return
	}
	server := exec.Command(program, "--port", "0") // prints where it listens
	fmt.Println(len(server.Args))
}
