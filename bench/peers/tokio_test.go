package peers_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/peers"
)

// tokio runs the Command of the tokio peer with an empty cache and cargo replaced by a shell script, if there is one.
func tokio(t *testing.T, script string) (command func() ([]string, error), logged *[]string) {
	return tokioUntil(t, t.Context(), script)
}

// tokioUntil is tokio with a context of its own.
func tokioUntil(t *testing.T, ctx context.Context, script string) (command func() ([]string, error), logged *[]string) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for cargo is a shell script")
	}
	bin := t.TempDir()
	if script != "" {
		require.NoError(t, os.WriteFile(filepath.Join(bin, "cargo"), []byte("#!/bin/sh\n"+script), 0o755))
	}
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	if script == "" {
		t.Setenv("PATH", bin)
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache) // Linux
	t.Setenv("HOME", cache)           // macOS
	chosen, err := peers.Choose(peers.All(), []string{"tokio"})
	require.NoError(t, err)
	logged = new([]string)
	return func() ([]string, error) {
		return chosen[0].Command(ctx, func(line string) { *logged = append(*logged, line) })
	}, logged
}

// cook stands for cargo: it needs the crate, and makes a program of it in the target folder, its last argument.
const cook = `
test -f Cargo.toml && test -f Cargo.lock && test -f src/main.rs || exit 9
for target; do :; done
mkdir -p "$target/release"
echo "the program" >"$target/release/tokio-peer"
`

func TestTokioIsBuiltOnce(t *testing.T) {
	command, logged := tokio(t, cook)
	first, err := command()
	require.NoError(t, err)
	require.Len(t, first, 1)
	content, err := os.ReadFile(first[0])
	require.NoError(t, err)
	require.Equal(t, "the program\n", string(content))
	info, err := os.Stat(first[0])
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&0o100, "it can be run")
	require.Equal(t, []string{"building the tokio peer with cargo; this takes a minute, once"}, *logged)

	again, err := command()
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Len(t, *logged, 1, "what is there is not built again")
}

func TestWithoutCargoTokioIsAnErrorThatSaysSo(t *testing.T) {
	command, logged := tokio(t, "")
	_, err := command()
	require.ErrorIs(t, err, peers.ErrNoCargo)
	require.Empty(t, *logged)
}

func TestABuildThatFailsTellsTheLastLines(t *testing.T) {
	command, _ := tokio(t, "test $1 = build || exit 0; for n in 1 2 3; do echo line $n; done; echo 'error: no type' >&2; exit 101")
	_, err := command()
	require.EqualError(t, err, "cargo build: exit status 101: line 2 | line 3 | error: no type")
	require.NotErrorIs(t, err, peers.ErrNoCrates)
	_, err = command()
	require.Error(t, err, "a failure is not kept for a program")
}

func TestCratesThatCannotBeFetchedAreAReasonOfTheirOwn(t *testing.T) {
	const build, manifest, fetch = "build) echo no >&2; exit 101;; ", "metadata) exit 101;; ", `fetch) test "$*" = "fetch --quiet --target soup" && exit 101;; `
	for script, isReason := range map[string]bool{
		build:            false, // a compiler's error
		build + manifest: false,
		build + fetch:    true,
		// A manifest that cannot be read is why nothing is fetched.
		build + fetch + manifest: false,
	} {
		command, _ := tokio(t, `case "$1" in -vV) echo "cargo 9"; echo "host: soup";; `+script+"esac; exit 0")
		_, err := command()
		require.ErrorContains(t, err, "cargo build: exit status 101: no")
		require.Equal(t, isReason, errors.Is(err, peers.ErrNoCrates), script)
	}
}

func TestTheEndOfTheContextEndsTheCompilersToo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	closing := errors.New("closing time")
	// The compiler holds the pipe open as long as it lives.
	command, _ := tokioUntil(t, ctx, "sh -c 'echo begun; while :; do sleep 1; done' >\"$PIPE\" & wait")
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, exec.Command("mkfifo", pipe).Run())
	t.Setenv("PIPE", pipe)
	done := make(chan error, 1)
	go func() {
		_, err := command()
		done <- err
	}()
	out, err := os.Open(pipe)
	require.NoError(t, err)
	defer out.Close()
	lines := bufio.NewReader(out)
	_, err = lines.ReadString('\n')
	require.NoError(t, err)
	cancel(closing)
	require.ErrorIs(t, <-done, closing)
	_, err = lines.ReadString('\n')
	require.ErrorIs(t, err, io.EOF)
}

// TestOneRowOfTokiosCallsItsSleep holds what makes LLVM inline it there, as it is in tokio's benchmark.
func TestOneRowOfTokiosCallsItsSleep(t *testing.T) {
	sources, err := filepath.Glob("tokio/src/*/*.rs")
	require.NoError(t, err)
	more, err := filepath.Glob("tokio/src/*.rs")
	require.NoError(t, err)
	call := regexp.MustCompile(`(?m)^(?:[^/\n]*[^:\w\n])?sleep\(`) // not thread::sleep, nor in a comment
	var callers []string
	for _, source := range append(sources, more...) {
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		for range call.FindAll(text, -1) {
			callers = append(callers, source)
		}
	}
	require.Equal(t, []string{"tokio/src/rows/timeout.rs"}, callers)
}
