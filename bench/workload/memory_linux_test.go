package workload

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/bench/protocol"
)

func TestThePagesOfAFileAreNoMemoryOfATask(t *testing.T) {
	const size = 64 << 20
	name := t.TempDir() + "/file"
	require.NoError(t, os.WriteFile(name, make([]byte, size), 0o666))
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	var mapped []byte
	f := resident(1, func(work func()) { work() }, func() {
		mapped, err = unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED|unix.MAP_POPULATE)
		polled.Add(1)
	})
	require.NoError(t, err)
	require.NoError(t, unix.Munmap(mapped))
	require.Less(t, f.Extra[protocol.RSSPerTask], float64(size/2))
}
