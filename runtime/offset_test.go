package runtime

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestHeadersComeFirst(t *testing.T) {
	require.Zero(t, unsafe.Offsetof(endNotice{}.header))
	require.Zero(t, unsafe.Offsetof(member[int, string]{}.endNotice))
	require.Zero(t, unsafe.Offsetof(child{}.header))
}
