package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/fetch"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "I am", r.URL.Path)
	}))
	defer server.Close()
	dir, err := os.MkdirTemp("", "fetch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	rt, err := simmer.New(simmer.Config{Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()

	batch := fetch.New([]string{server.URL + "/app.json", server.URL + "/database.yaml"}, fetch.Options{Dir: dir})
	if err := batch.Run(context.Background(), rt); err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range batch.Downloads {
		fmt.Println(d.Result.File, d.Result.Status, d.Result.Bytes, d.Result.Err)
	}
	// Output:
	// app.json 200 15 <nil>
	// database.yaml 200 20 <nil>
}
