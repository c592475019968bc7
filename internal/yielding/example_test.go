package yielding_test

import (
	"fmt"
	"sync"

	"github.com/simmer-go/simmer/internal/yielding"
)

func ExampleLock() {
	var mu sync.Mutex
	yielding.Lock(&mu)
	fmt.Println(mu.TryLock())
	mu.Unlock()
	// Output: false
}
