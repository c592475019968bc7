// Package cepoll builds the C echo server, the physical limit that the echo servers are compared with.
package cepoll

import (
	"context"
	"crypto/sha256"
	_ "embed" // for the source
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoCompiler says that there is no C compiler to build with.
var ErrNoCompiler = errors.New("cepoll: gcc is not installed, so the C server cannot be built")

// ErrNoEpoll says that the system is not Linux.
var ErrNoEpoll = errors.New("cepoll: the C server needs Linux")

//go:embed src/cepoll.c
var source string

// Build returns the path of the server, which lies in the user's cache folder. It calls gcc unless the same source was built
// before. It fails with ErrNoCompiler or ErrNoEpoll where it cannot be had. Any goroutine, any process.
func Build(ctx context.Context) (string, error) {
	if runtime.GOOS != "linux" {
		return "", ErrNoEpoll
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("cepoll: no folder for the build: %w", err)
	}
	sum := sha256.Sum256([]byte(source))
	const shown = 8 // bytes: enough to tell versions apart
	program := filepath.Join(cache, "simmer", "bench", "bin", "cepoll-"+hex.EncodeToString(sum[:shown]))
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		return "", ErrNoCompiler
	}
	if err := compile(ctx, gcc, program); err != nil {
		return "", err
	}
	return program, nil
}

// compile builds the program beside its place and moves it there when it is whole.
func compile(ctx context.Context, gcc, program string) error {
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return fmt.Errorf("cepoll: %w", err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(program), "new-*")
	if err != nil {
		return fmt.Errorf("cepoll: %w", err)
	}
	defer os.RemoveAll(dir)
	built := filepath.Join(dir, "cepoll")
	cmd := exec.CommandContext(ctx, gcc, "-O2", "-x", "c", "-o", built, "-")
	cmd.Stdin = strings.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cepoll: gcc: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(built, program); err != nil {
		return fmt.Errorf("cepoll: %w", err)
	}
	return nil
}
