package main

import (
	"fmt"
	"os/exec"
)

func Example() {
	out, err := exec.Command(program, "fetch", "--retries", "-1").CombinedOutput()
	fmt.Print(string(out))
	fmt.Println(err)
	// Output:
	// simmer: --retries must not be negative: -1
	// Run 'simmer fetch --help' for usage.
	// exit status 2
}
