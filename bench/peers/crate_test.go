package peers

import (
	"flag"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var crate = flag.Bool("crate", false, "run the crate's own tests too; takes minutes")

// The crate's tests are Rust's, for whoever works on it with cargo alone.
func TestTheCratesOwnTestsPass(t *testing.T) {
	if !*crate {
		t.Skip("takes minutes: make test-tokio runs it")
	}
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		t.Skipf("SKIPPED: %v", ErrNoCargo)
	}
	c, err := openCache()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), cargo, "test", "--locked", "--quiet", "--target-dir", c.path("target"))
	cmd.Dir = "tokio"
	out, failed := cmd.CombinedOutput()
	if failed == nil {
		return
	}
	sources, err := cache(t.TempDir()).unpack("tokio", tokioSources)
	require.NoError(t, err)
	if !hasCrates(t.Context(), cargo, filepath.Join(sources, "tokio")) {
		t.Skipf("SKIPPED: %v: %s", ErrNoCrates, lastLines(string(out)))
	}
	require.NoError(t, failed, string(out))
}
