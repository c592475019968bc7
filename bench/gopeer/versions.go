package gopeer

import (
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// versions names the version of Go, and those of modules as the program has been built with them. What the build has not noted is left
// out. info is nil if nothing is known of it.
func versions(info *debug.BuildInfo, modules []string) string {
	all := []string{goruntime.Version()}
	if info == nil {
		return all[0]
	}
	for _, path := range modules {
		version := versionOf(info, path)
		if path == simmer && version == "" {
			version = commit(info)
		}
		if version != "" {
			all = append(all, short(path)+" "+version)
		}
	}
	return strings.Join(all, ", ")
}

// versionOf returns the version of a module that the program depends on; empty if it has none, as in a workspace.
func versionOf(info *debug.BuildInfo, path string) string {
	i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path })
	if i < 0 {
		return ""
	}
	built := info.Deps[i]
	if built.Replace != nil {
		built = built.Replace
	}
	if built.Version == "(devel)" {
		return ""
	}
	return built.Version
}

// shownHash is how much of a commit's name is shown: as much as in Go's own versions of commits.
const shownHash = 12

// commit returns the commit of the checkout that a program of simmer's has been built from, with +dirty if files had other changes. It is
// empty if the build has not noted it, or if the program is somebody else's: then the commit is not simmer's.
func commit(info *debug.BuildInfo) string {
	if !strings.HasPrefix(info.Main.Path+"/", simmer+"/") {
		return ""
	}
	var revision, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), shownHash)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}

// short is what people call a module: github.com/alitto/pond/v2 is pond.
func short(path string) string {
	path = strings.TrimPrefix(path, "golang.org/")
	if parts := strings.Split(path, "/"); parts[0] == "github.com" {
		return parts[2]
	}
	return path
}
