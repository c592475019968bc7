package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheGeneratedFilesAreUpToDate(t *testing.T) {
	for n := fewest; n <= most; n++ {
		want, err := generate(n)
		require.NoError(t, err)
		name := filepath.Join("..", "..", "future", fileName(n))
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s: run go generate ./future", name)
	}
}

func TestEachNumberHasAWord(t *testing.T) {
	for n := fewest; n <= most; n++ {
		require.NotEmpty(t, words[n])
	}
}
