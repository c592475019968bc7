package batch_test

import (
	"fmt"

	"github.com/simmer-go/simmer/internal/batch"
)

func ExampleNew() {
	var b batch.Batch
	x, y := batch.New[int, int](&b), batch.New[int, int](&b)
	*x = 1
	fmt.Println(*x, *y)
	// Output: 1 0
}
