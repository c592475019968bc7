//go:build unix

package benchcmd_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/cmd/internal/benchcmd"
)

func TestAPipeThatNobodyUsesIsRefusedAtOnce(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o666))
	for want, change := range map[string]func(o *benchcmd.Options){
		"--compare: " + pipe + ": not a regular file": func(o *benchcmd.Options) { o.Compare = pipe },
		"--json: open " + pipe:                        func(o *benchcmd.Options) { o.JSON = pipe },
		"--html: open " + pipe:                        func(o *benchcmd.Options) { o.HTML = pipe },
	} {
		o, _, _ := options(t)
		change(&o)
		require.ErrorContains(t, benchcmd.Run(t.Context(), o), want)
	}
}
