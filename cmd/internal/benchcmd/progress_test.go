package benchcmd

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/workload"
)

func TestTheLongestNameFillsItsColumn(t *testing.T) {
	longest := 0
	for _, w := range workload.All() {
		longest = max(longest, len(w.Name))
	}
	require.Equal(t, nameWidth, longest)
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

func TestTheBarStandsInOneColumnOnALineOf80(t *testing.T) {
	var out bytes.Buffer
	names := []string{"mix", strings.Repeat("x", nameWidth)}
	synctest.Test(t, func(*testing.T) {
		b := &bar{out: &out}
		b.Begin(100 * time.Hour)
		for _, name := range names {
			b.Row(name)
			b.Did(time.Millisecond)
			time.Sleep(3 * refresh)
		}
		b.stop()
	})
	starts := map[int]bool{}
	for line := range strings.SplitSeq(escapes.ReplaceAllString(out.String(), "\n"), "\n") {
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(line, name) }) {
			starts[strings.IndexByte(line, '[')] = true
			require.LessOrEqual(t, len(strings.TrimRight(line, "\r\n")), 80, line)
		}
	}
	require.Len(t, starts, 1, out.String())
}
