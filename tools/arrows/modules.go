package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// goMod is what `go mod edit -json` prints, as far as it is needed.
type goMod struct {
	Module  struct{ Path string }
	Require []struct {
		Path     string
		Indirect bool
	}
	Replace []struct{ Old, New struct{ Path string } }
	Exclude []struct{ Path string }
}

// checkModules checks what each go.mod promises: embedders inherit x/sys alone, and the other modules use the library
// beside them.
func checkModules(r *report, t *tree) error {
	for _, dir := range t.modules {
		mod, err := readMod(filepath.Join(t.root, dir))
		if err != nil {
			return err
		}
		file := filepath.ToSlash(filepath.Join(dir, "go.mod"))
		if dir == "." {
			checkLibraryMod(r, file, mod)
			continue
		}
		for _, req := range mod.Require {
			if req.Path == modulePath && !replacesLibrary(mod) {
				r.add(file, 1, "add: replace %s => ../", modulePath)
			}
		}
	}
	return nil
}

func checkLibraryMod(r *report, file string, mod goMod) {
	var direct []string
	for _, req := range mod.Require {
		if !req.Indirect {
			direct = append(direct, req.Path)
		}
	}
	slices.Sort(direct)
	if !slices.Equal(direct, libraryRequirements) {
		r.add(file, 1, "the root module requires exactly %s directly, not %s",
			strings.Join(libraryRequirements, ", "), strings.Join(direct, ", "))
	}
	if len(mod.Replace)+len(mod.Exclude) > 0 {
		r.add(file, 1, "the root module has no replace and no exclude: embedders would not inherit them")
	}
}

func replacesLibrary(mod goMod) bool {
	for _, rep := range mod.Replace {
		if rep.Old.Path == modulePath && filepath.Clean(rep.New.Path) == ".." {
			return true
		}
	}
	return false
}

func readMod(dir string) (mod goMod, err error) {
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return mod, fmt.Errorf("go mod edit in %s: %w", dir, err)
	}
	return mod, json.Unmarshal(out, &mod)
}
