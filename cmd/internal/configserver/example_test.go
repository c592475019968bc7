package configserver_test

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/configserver"
)

func Example() {
	rt, err := simmer.New(simmer.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	servers, err := configserver.Start(context.Background(), rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range servers {
		fmt.Println(s.File, s.Delay)
	}
	// Output:
	// app.json 300ms
	// database.yaml 200ms
	// features.toml 120ms
}
