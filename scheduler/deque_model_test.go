package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// dequeModel is a deque as a slice.
type dequeModel struct {
	deque
	want []*Task
}

func (m *dequeModel) check(t *testing.T) {
	require.Equal(t, len(m.want), m.len())
	require.Equal(t, int(m.mask)+1-len(m.want), m.free())
	i := 0
	m.peek(func(got *Task) {
		require.Same(t, m.want[i], got)
		i++
	})
	require.Len(t, m.want, i)
}

// steal moves half of m's tasks to to, as the rule says.
func (m *dequeModel) steal(t *testing.T, to *dequeModel) {
	got, taken := m.stealInto(&to.deque)
	half := (int(m.mask) + 1) / 2
	n := (len(m.want) + 1) / 2
	if n == 0 || len(to.want) > half {
		require.Nil(t, got)
		require.Zero(t, taken)
		return
	}
	require.Equal(t, n, taken, "half, rounded up")
	require.Same(t, m.want[n-1], got, "the last one is returned")
	to.want = append(to.want, m.want[:n-1]...)
	m.want = m.want[n:]
}

// FuzzDeque compares two deques and an injector with slices.
//
// covers: S12
func FuzzDeque(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 2, 3, 4, 2, 2, 5, 8, 3, 4, 6, 9, 7, 0, 1, 2, 2, 2, 2, 2, 7})
	f.Add([]byte{1, 2, 0, 0, 0, 3, 0, 0, 0, 3, 3, 4, 4, 9, 5, 7, 0, 7, 2, 2, 3})
	f.Add([]byte("000000!zz9\"9")) // a theft of one task leaves the tail where it was
	f.Add([]byte{2, 3, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8, 8, 3, 4, 2, 6, 6, 7})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 2 {
			return
		}
		size := []int{4, 8, dequeSize}[data[0]%3]
		begin := []uint32{0, ^uint32(0), ^uint32(2), 1<<31 - 1}[data[1]%4]
		var a, b dequeModel
		a.init(size, begin)
		b.init(size, begin+7)
		var over injector
		var overWant []*Task
		made := uint64(0)
		make1 := func() *Task {
			made++
			return &Task{id: made}
		}
		for i, op := range data[2:] {
			switch op % 10 {
			case 0, 1: // push
				one := make1()
				a.push(one, &over)
				if len(a.want) < size {
					a.want = append(a.want, one)
					break
				}
				overWant = append(append(overWant, a.want[size/2:]...), one)
				a.want = a.want[: size/2 : size/2]
			case 2: // pop
				var first *Task
				if len(a.want) > 0 {
					first, a.want = a.want[0], a.want[1:]
				}
				require.Same(t, first, a.pop())
			case 3:
				a.steal(t, &b)
			case 4:
				b.steal(t, &a)
			case 5: // fill
				var list []*Task
				for range i % (size + 3) {
					list = append(list, make1())
				}
				n := min(len(list), size-len(a.want))
				require.Equal(t, n, a.fill(list))
				a.want = append(a.want[:len(a.want):len(a.want)], list[:n]...)
			case 6: // take from the injector
				limit := 1 + i%(size+3)
				first, taken := over.take(&a.deque, limit)
				n := min(limit, len(overWant), size-len(a.want)+1)
				require.Equal(t, n, taken)
				if n == 0 {
					require.Nil(t, first)
					break
				}
				require.Same(t, overWant[0], first)
				a.want = append(a.want[:len(a.want):len(a.want)], overWant[1:n]...)
				overWant = overWant[n:]
			case 7:
				a.forget()
				if len(a.want) == 0 {
					require.Equal(t, make([]*Task, size), a.slots, "an empty ring keeps no task reachable")
				}
			case 8: // fillFrom
				var q taskQueue
				var list []*Task
				for range i % (size + 3) {
					list = append(list, make1())
					q.Push(&list[len(list)-1].Header)
				}
				limit := i % 5
				n := min(limit, len(list), size-len(a.want))
				a.fillFrom(&q, limit)
				a.want = append(a.want[:len(a.want):len(a.want)], list[:n]...)
				require.Equal(t, len(list)-n, q.Len())
			case 9: // many
				for range size/4 + 1 {
					if len(a.want) == size {
						break
					}
					one := make1()
					a.push(one, &over)
					a.want = append(a.want, one)
				}
			}
			a.check(t)
			b.check(t)
			require.Equal(t, len(overWant), over.len())
		}
	})
}
