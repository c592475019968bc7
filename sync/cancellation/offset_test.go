package cancellation

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestHeaderComesFirst(t *testing.T) {
	require.Zero(t, unsafe.Offsetof(contextLink{}.header))
}
