package main

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTooManyWorkersAreToldOnceWithWhatToDo(t *testing.T) {
	for _, command := range []string{"serve echo", "fetch"} {
		p := startCommand(t, exec.Command("sh", "-c", `ulimit -n 50; exec "$0" `+command+` --workers 200`, program))
		status, _ := p.end(t)
		require.Equal(t, 1, status)
		require.Regexp(t, `^simmer: open .*: too many open files: each worker takes one; give fewer --workers, .*\n$`, p.stderr.String())
	}
}
