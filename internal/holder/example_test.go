package holder_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/holder"
)

func ExampleOf() {
	type header struct{ id int }
	type task struct {
		header
		name string
	}
	h := &(&task{header: header{id: 1}, name: "boil"}).header
	fmt.Println(holder.Of[task](h).name)
	// Output: boil
}
