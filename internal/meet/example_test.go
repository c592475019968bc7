package meet_test

import (
	"fmt"
	"sync/atomic"

	"github.com/simmer-go/simmer/internal/meet"
)

// Two sides swap a value in, and each value is found once.
func Example() {
	var place atomic.Int64
	var here, there int64
	wrong := 0
	meet.Rounds(1000,
		func(int) { here = place.Swap(1) },
		func(int) { there = place.Swap(2) },
		func(int) {
			if last := place.Swap(0); here+there+last != 3 {
				wrong++
			}
		})
	fmt.Println(wrong)
	// Output: 0
}
