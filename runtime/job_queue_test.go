package runtime

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzJobQueue compares a jobQueue with a slice.
func FuzzJobQueue(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, pushes := range []int{100, 128, 200} { // of 256: mostly empty, about even, ever longer
		data := make([]byte, 400)
		for i := range data {
			if data[i] = 1; r.IntN(256) < pushes {
				data[i] = 0
			}
		}
		f.Add(data)
	}
	f.Add([]byte{0, 0, 1, 2, 0, 1, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		var (
			q    jobQueue
			want []job
		)
		for _, op := range ops {
			switch op % 3 {
			case 0:
				j := new(poolJob)
				q.push(j)
				want = append(want, j)
			case 1:
				if len(want) == 0 {
					require.Nil(t, q.pop())
					break
				}
				require.Same(t, want[0], q.pop())
				want = want[1:]
			case 2:
				require.Equal(t, len(want), len(q.take()))
				want = nil
			}
			require.Equal(t, len(want), q.length())
			for i, j := range q.waiting() {
				require.Same(t, want[i], j)
			}
			for _, j := range q.jobs[:q.taken] {
				require.Nil(t, j, "a job that was taken is kept")
			}
			for _, j := range q.jobs[len(q.jobs):cap(q.jobs)] {
				require.Nil(t, j, "a job that was taken is kept")
			}
		}
	})
}

// Jobs come and go while one is always left: the queue's memory follows what waits, not what has passed.
func TestAJobQueueThatIsNeverEmptyDoesNotGrow(t *testing.T) {
	var q jobQueue
	q.push(new(poolJob))
	for range 10_000 {
		q.push(new(poolJob))
		q.pop()
	}
	require.Less(t, cap(q.jobs), 16)
}

// A queue that was long keeps no memory for it: neither when it is empty, nor while it is short.
func TestAJobQueueThatWasLongIsShortAgain(t *testing.T) {
	const many = 100_000
	for _, left := range []int{0, 10} {
		var q jobQueue
		for range many {
			q.push(new(poolJob))
		}
		for range many - left {
			require.NotNil(t, q.pop())
		}
		for range 2 * many {
			q.push(new(poolJob))
			require.NotNil(t, q.pop())
		}
		require.Equal(t, left, q.length())
		require.LessOrEqual(t, cap(q.jobs), smallQueue)
	}
}
