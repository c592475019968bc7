package main

import (
	"fmt"
	"github.com/simmer-go/simmer/bench/guard"
	"os"
	"regexp"
)

func main() {
	var p []guard.Path
	re := regexp.MustCompile(os.Getenv("PROBE"))
	for _, q := range guard.Paths() {
		if re.MatchString(q.Name) {
			p = append(p, q)
			fmt.Fprintln(os.Stderr, q.Name, q.Operations*((10000+q.Operations-1)/q.Operations))
		}
	}
	if err := guard.Probe(p); err != nil {
		panic(err)
	}
}
