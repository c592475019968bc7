package waker_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/waker"
)

func TestAListOfNobodyIsEmpty(t *testing.T) {
	var l waker.List
	var n waker.Node
	require.Zero(t, l.Len())
	require.True(t, l.Pop().IsZero())
	require.False(t, l.Remove(&n))
}

func TestANodeIsInOneList(t *testing.T) {
	var a, b waker.List
	var n waker.Node
	h, _ := idleHeader()
	a.Add(&n, h.Waker())
	require.PanicsWithValue(t, "waker: node is already in another list", func() { b.Add(&n, h.Waker()) })
	require.False(t, b.Remove(&n))
	require.True(t, a.Remove(&n))
	b.Add(&n, h.Waker())
	require.Equal(t, h.Waker(), b.Pop())
}

// FuzzList compares a List with a slice of places, each with the waker that was given last.
func FuzzList(f *testing.F) {
	f.Add([]byte{0, 1, 0x10, 0x80, 0x80})    // added again
	f.Add([]byte{0, 1, 2, 0x41, 0x42, 0x80}) // removed from the middle, and the next one
	addRandom(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		const places = 5
		var l waker.List
		var nodes [places]waker.Node
		var headers [places][2]waker.Header
		var order []int
		var latest [places]waker.Waker
		for _, b := range data {
			i := int(b & 15 % places)
			switch b >> 6 {
			case 0:
				w := headers[i][b>>4&1].Waker()
				l.Add(&nodes[i], w)
				latest[i] = w
				if !slices.Contains(order, i) {
					order = append(order, i)
				}
			case 1:
				at := slices.Index(order, i)
				require.Equal(t, at >= 0, l.Remove(&nodes[i]))
				if at >= 0 {
					order = slices.Delete(order, at, at+1)
				}
			default:
				var want waker.Waker
				if len(order) > 0 {
					want, order = latest[order[0]], order[1:]
				}
				require.Same(t, want.Header(), l.Pop().Header())
			}
			require.Equal(t, len(order), l.Len())
		}
		for _, i := range order {
			require.Same(t, latest[i].Header(), l.Pop().Header())
		}
		require.True(t, l.Pop().IsZero())
	})
}
