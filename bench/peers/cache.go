package peers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// cache is the folder of what has been built. Any goroutine, any process.
type cache string

// openCache returns the cache in the user's folder for such things.
func openCache() (cache, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the build: %w", err)
	}
	return cache(filepath.Join(dir, "simmer", "bench")), nil
}

func (c cache) path(elem ...string) string {
	return filepath.Join(append([]string{string(c)}, elem...)...)
}

// program is where the program lies that was built from sources with this checksum.
func (c cache) program(name, sum string) string { return c.path("bin", name+"-"+sum) }

// checksum is the same for the same files with the same content.
func checksum(sources fs.FS) (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(sources, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
	const shown = 8 // bytes: enough to tell versions apart
	return hex.EncodeToString(hash.Sum(nil)[:shown]), err
}

// unpack copies sources into a new folder, which the caller removes.
func (c cache) unpack(name string, sources fs.FS) (dir string, err error) {
	if err := os.MkdirAll(c.path(name), 0o755); err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp(c.path(name), "new-*"); err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, sources); err != nil {
		os.RemoveAll(dir)
		return "", err
	}
	return dir, nil
}

// install copies the program built to path. Whoever looks for path finds all of it or nothing.
func install(built, path string) error {
	in, err := os.Open(built)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Chmod(0o755)
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(out.Name(), path)
}

// lastLines is the end of what a tool has said, in one line.
func lastLines(output string) string {
	const kept = 3
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return strings.Join(lines[max(0, len(lines)-kept):], " | ")
}
