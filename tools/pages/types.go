package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/scanner"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// typeCheck completes the snippets and checks each as a package of its own. What is only untidy, such as a variable that a
// block declares and does not use, is no finding.
func typeCheck(root string, snippets []snippet) (findings []string, err error) {
	var units []unit
	var imports []string
	for _, s := range snippets {
		u, err := complete(s)
		if err != nil {
			findings = append(findings, syntaxErrors(err)...)
			continue
		}
		units = append(units, u)
		for _, f := range u.files {
			for _, spec := range f.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return nil, err
				}
				imports = append(imports, path)
			}
		}
	}
	exports, err := exportFiles(root, imports)
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		findings = append(findings, checkUnit(u, exports)...)
	}
	return findings, nil
}

func syntaxErrors(err error) (findings []string) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return []string{err.Error()}
	}
	for _, e := range list {
		findings = append(findings, e.Error())
	}
	return findings
}

func checkUnit(u unit, exports map[string]string) (findings []string) {
	config := types.Config{
		Importer: importer.ForCompiler(u.fset, "gc", func(path string) (io.ReadCloser, error) {
			if exports[path] == "" {
				return nil, fmt.Errorf("package %s does not exist or does not compile", path)
			}
			return os.Open(exports[path])
		}),
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) && !e.Soft {
				p := u.fset.Position(e.Pos)
				findings = append(findings, fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, e.Msg))
			}
		},
	}
	// Errors have reached the Error function.
	_, _ = config.Check("page", u.fset, u.files, nil)
	return slices.Compact(findings)
}

// exportFiles compiles the packages, with what they import, and returns where the compiler's description of each is.
func exportFiles(root string, packages []string) (map[string]string, error) {
	slices.Sort(packages)
	packages = slices.Compact(packages)
	if len(packages) == 0 {
		return nil, nil
	}
	dir, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", append([]string{"list", "-e", "-export", "-deps", "-json=ImportPath,Export", "--"}, packages...)...)
	cmd.Dir = dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, problems.Bytes())
	}
	files := map[string]string{}
	for decoder := json.NewDecoder(&out); ; {
		var p struct{ ImportPath, Export string }
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return files, nil
		} else if err != nil {
			return nil, err
		}
		files[p.ImportPath] = p.Export
	}
}
