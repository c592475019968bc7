package cli

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindingsComeInTheOrderOfTheirPlaces(t *testing.T) {
	var out bytes.Buffer
	e := &vetErrors{out: &out}
	for _, part := range []string{
		"b/b.go:9:2: late\n", "b/b.go:10:1: later\nb/b.go:9:1: first\n", "# x/bad\n", "bad/a.go:7:2: no such thing\n",
		"bad/a.go:3:2: too many ", "errors\n\tand what goes on\n", "a/a.go:2:30: alone\n", "go: downloading x\n", "no such directory\n",
	} {
		n, err := e.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	const atOnce = "# x/bad\nbad/a.go:7:2: no such thing\nbad/a.go:3:2: too many errors\n\tand what goes on\ngo: downloading x\nsimmer: no such directory\n"
	require.Equal(t, atOnce, out.String())
	require.NoError(t, e.flush())
	require.Equal(t, atOnce+"a/a.go:2:30: alone\nb/b.go:9:1: first\nb/b.go:9:2: late\nb/b.go:10:1: later\n", out.String())
}
