package gopeer

import (
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// versions names the version of Go, and those of modules as the program has been built with them. info is nil if nothing is known of
// that.
func versions(info *debug.BuildInfo, modules []string) string {
	all := []string{goruntime.Version()}
	if info == nil {
		return all[0]
	}
	for _, path := range modules {
		i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path })
		if i < 0 {
			continue
		}
		built := info.Deps[i]
		if built.Replace != nil {
			built = built.Replace
		}
		all = append(all, short(path)+" "+built.Version)
	}
	return strings.Join(all, ", ")
}

// short is what people call a module: github.com/alitto/pond/v2 is pond.
func short(path string) string {
	path = strings.TrimPrefix(path, "golang.org/")
	if parts := strings.Split(path, "/"); parts[0] == "github.com" {
		return parts[2]
	}
	return path
}
