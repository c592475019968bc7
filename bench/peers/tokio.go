package peers

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed tokio/Cargo.toml tokio/Cargo.lock tokio/build.rs tokio/src
var tokioSources embed.FS

// ErrNoCargo says that there is no cargo to build with.
var ErrNoCargo = errors.New("cargo is not installed, so the Rust program cannot be built")

// ErrNoCrates says that cargo cannot have the crates that the tokio peer is built of: there is no network, for example.
var ErrNoCrates = errors.New("the crates of the tokio peer cannot be fetched")

// tokioCommand builds the crate with cargo unless the same sources have been built before.
func tokioCommand(ctx context.Context, log func(string)) ([]string, error) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return nil, ErrNoCargo
	}
	c, err := openCache()
	if err != nil {
		return nil, err
	}
	sum, err := checksum(tokioSources)
	if err != nil {
		return nil, err
	}
	program := c.program("tokio-peer", sum)
	if _, err := os.Stat(program); err == nil {
		return []string{program}, nil
	}
	log("building the tokio peer with cargo; this takes a minute, once")
	// Another process may build the same at the same time: cargo lets one of them into the target folder, and each has its sources.
	sources, err := c.unpack("tokio", tokioSources)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(sources)
	// The target folder is shared by all versions of the sources, so that tokio itself is compiled once.
	target := c.path("target")
	crate := filepath.Join(sources, "tokio")
	if err := runCargo(ctx, cargo, crate, "build", "--release", "--locked", "--quiet", "--target-dir", target); err != nil {
		if ctx.Err() == nil && !hasCrates(ctx, cargo, crate) {
			err = fmt.Errorf("%w: %w", ErrNoCrates, err)
		}
		return nil, err
	}
	if err := install(filepath.Join(target, "release", "tokio-peer"), program); err != nil {
		return nil, err
	}
	return []string{program}, nil
}

// runCargo runs cargo in the crate's folder. If it fails, the error has the last lines that cargo has said. It fails with
// context.Cause(ctx) when ctx ends.
func runCargo(ctx context.Context, cargo, crate string, args ...string) error {
	cmd := exec.CommandContext(ctx, cargo, args...)
	cmd.Dir = crate
	group(cmd)
	if out, err := cmd.CombinedOutput(); ctx.Err() != nil {
		return context.Cause(ctx)
	} else if err != nil {
		return fmt.Errorf("cargo %s: %w: %s", args[0], err, lastLines(string(out)))
	}
	return nil
}

// hasCrates reports, after cargo has failed, that it can have the crates, or that it fails for what is in the manifest: the reason is
// another one then. crate is a copy: a Cargo.lock that does not fit is written anew, so that it counts as another reason too.
func hasCrates(ctx context.Context, cargo, crate string) bool {
	if runCargo(ctx, cargo, crate, "metadata", "--no-deps", "--format-version", "1") != nil {
		return true
	}
	args := []string{"fetch", "--quiet"}
	if host := hostOf(ctx, cargo); host != "" {
		args = append(args, "--target", host) // those of other systems may be missing
	}
	return runCargo(ctx, cargo, crate, args...) == nil
}

// hostOf returns the system that cargo builds for; empty if it does not tell.
func hostOf(ctx context.Context, cargo string) string {
	out, _ := exec.CommandContext(ctx, cargo, "-vV").Output()
	for line := range strings.Lines(string(out)) {
		if host, ok := strings.CutPrefix(line, "host: "); ok {
			return strings.TrimSpace(host)
		}
	}
	return ""
}
