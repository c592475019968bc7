package httpget_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/simmer-go/simmer/cmd/internal/httpget"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "port: 8080")
	}))
	defer server.Close()

	u, err := httpget.ParseURL(server.URL + "/app.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	client := httpget.Client{Dial: func(address string) (net.Conn, error) { return net.Dial("tcp", address) }}
	res, err := client.Get(u)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Close()
	body, err := io.ReadAll(res)
	fmt.Println(res.Status, string(body), err)
	// Output: 200 port: 8080 <nil>
}
