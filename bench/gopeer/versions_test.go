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

func TestTheVersionOfSimmerIsItsCommitOrThatOfTheModule(t *testing.T) {
	local := &debug.Module{Path: simmer, Version: "(devel)"}
	replaced := &debug.Module{Path: simmer, Version: "v0.0.0-00010101000000-000000000000", Replace: &debug.Module{Path: "../"}}
	released := &debug.Module{Path: simmer, Version: "v1.2.3"}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "7e9d4fc18bc3ebce38b3214dff8c5481ea37c017"}
	clean, dirty := debug.BuildSetting{Key: "vcs.modified", Value: "false"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, c := range []struct {
		main     string
		dep      *debug.Module
		settings []debug.BuildSetting
		want     string
	}{
		{simmer + "/cmd", local, []debug.BuildSetting{revision, clean}, ", simmer 7e9d4fc18bc3"},
		{simmer + "/cmd", replaced, []debug.BuildSetting{revision, dirty}, ", simmer 7e9d4fc18bc3+dirty"},
		{simmer + "/cmd", released, nil, ", simmer v1.2.3"},
		{"example.com/soup", released, []debug.BuildSetting{revision, clean}, ", simmer v1.2.3"},
		{"example.com/soup", local, []debug.BuildSetting{revision, clean}, ""},
		{simmer + "/cmd", local, nil, ""},
		{simmer + "/cmd", replaced, []debug.BuildSetting{dirty}, ""},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Path: c.main}, Deps: []*debug.Module{c.dep}, Settings: c.settings}
		require.Equal(t, goruntime.Version()+c.want, versions(info, []string{simmer}))
	}
	for _, name := range []string{"simmer", "simmer-async", "simmer-outside"} {
		k, err := kindOf(name)
		require.NoError(t, err)
		require.Contains(t, k.modules, simmer)
	}
}
