package usage_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/bench/usage"
)

func TestPagesOfFilesAreNotAnonymous(t *testing.T) {
	const size = 64 << 20
	name := t.TempDir() + "/file"
	require.NoError(t, os.WriteFile(name, make([]byte, size), 0o666))
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	resident, anonymous := measured(t)
	mapped, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED|unix.MAP_POPULATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Munmap(mapped)) }()
	nowResident, nowAnonymous := measured(t)
	require.Greater(t, nowResident, resident+size/2)
	require.Less(t, nowAnonymous, anonymous+size/2)

	held := make([]byte, size)
	for i := range held {
		held[i] = 1
	}
	_, withHeld := measured(t)
	require.Greater(t, withHeld, nowAnonymous+size/2)
	require.EqualValues(t, 1, held[size-1])
}

func measured(t *testing.T) (resident, anonymous uint64) {
	resident, err := usage.RSS()
	require.NoError(t, err)
	anonymous, err = usage.Anonymous()
	require.NoError(t, err)
	return resident, anonymous
}
