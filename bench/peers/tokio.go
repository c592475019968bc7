package peers

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed tokio/Cargo.toml tokio/Cargo.lock tokio/build.rs tokio/src
var tokioSources embed.FS

// tokioCommand builds the crate with cargo unless the same sources have been built before.
func tokioCommand(ctx context.Context, log func(string)) ([]string, error) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return nil, errors.New("cargo is not installed, so the Rust program cannot be built")
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
	cmd := exec.CommandContext(ctx, cargo, "build", "--release", "--locked", "--quiet", "--target-dir", target)
	cmd.Dir = filepath.Join(sources, "tokio")
	group(cmd)
	if out, err := cmd.CombinedOutput(); ctx.Err() != nil {
		return nil, context.Cause(ctx)
	} else if err != nil {
		return nil, fmt.Errorf("cargo build: %w: %s", err, lastLines(string(out)))
	}
	if err := install(filepath.Join(target, "release", "tokio-peer"), program); err != nil {
		return nil, err
	}
	return []string{program}, nil
}
