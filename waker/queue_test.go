package waker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/waker"
)

// FuzzQueue compares two Queues with slices.
func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 2, 0, 2})                // empty, and used again
	f.Add([]byte{0, 0, 1, 4, 2, 3, 0, 4, 2}) // appended to what is not empty
	addRandom(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var queues [2]waker.Queue
		var want [2][]*waker.Header
		pop := func(i int) {
			var first *waker.Header
			if len(want[i]) > 0 {
				first, want[i] = want[i][0], want[i][1:]
			}
			require.Same(t, first, queues[i].Pop())
		}
		for _, op := range data {
			switch i := int(op & 1); op % 5 {
			case 0, 1:
				h := new(waker.Header)
				queues[i].Push(h)
				want[i] = append(want[i], h)
			case 2, 3:
				pop(i)
			case 4:
				queues[0].Append(&queues[1])
				want[0], want[1] = append(want[0], want[1]...), nil
			}
			for i := range queues {
				require.Equal(t, len(want[i]), queues[i].Len())
			}
		}
		for i := range queues {
			for queues[i].Len() > 0 {
				pop(i)
			}
			require.Nil(t, queues[i].Pop())
		}
	})
}
