package gopeer

import (
	goruntime "runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionsAreThoseOfGoAndOfTheModulesThatWereBuiltIn(t *testing.T) {
	pools, err := kindOf("pools")
	require.NoError(t, err)
	info := &debug.BuildInfo{Deps: []*debug.Module{
		{Path: "example.com/soup", Version: "v9.9.9"},
		{Path: "github.com/alitto/pond/v2", Version: "v2.7.1"},
		{Path: "github.com/panjf2000/ants/v2", Version: "v2.12.1"},
		{Path: "github.com/sourcegraph/conc", Version: "v0.3.0", Replace: &debug.Module{Path: "example.com/conc", Version: "v0.4.0"}},
		{Path: "golang.org/x/sync", Version: "v0.24.0"},
	}}
	require.Equal(t, goruntime.Version()+", ants v2.12.1, pond v2.7.1, conc v0.4.0, x/sync v0.24.0", versions(info, pools.modules))
	require.Equal(t, goruntime.Version(), versions(info, nil))
	require.Equal(t, goruntime.Version(), versions(nil, pools.modules))
}
