package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// descendants returns the processes that pid has started, and those that they have started.
func descendants(t *testing.T, pid int) (all []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	children := map[int][]int{}
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		// pid (name) state ppid ...: a name may have blanks and brackets.
		text := string(stat)
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		parent, err := strconv.Atoi(fields[1])
		require.NoError(t, err)
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		require.NoError(t, err)
		children[parent] = append(children[parent], child)
	}
	for open := children[pid]; len(open) > 0; open = open[1:] {
		all = append(all, open[0])
		open = append(open, children[open[0]]...)
	}
	return all
}

// isAlive reports whether pid runs. A process that has ended and that nobody has asked for its status does not.
func isAlive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	text := string(stat)
	return !strings.HasPrefix(text[strings.LastIndexByte(text, ')')+1:], " Z")
}

func TestNoPeerOutlivesABenchThatIsEnded(t *testing.T) {
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	for _, c := range []struct {
		row       string // lasts for seconds, so that its peer is busy
		processes int    // at the same time, while it is measured
	}{{"sleep_steady", 1}, {"echo_64x50", 3}} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
			t.Run(c.row+"/"+signal.String(), func(t *testing.T) {
				p := start(t, "bench", "--filter", "^"+c.row+"$", "--peers", "go", "--json", "-")
				var left []int
				require.Eventually(t, func() bool {
					left = descendants(t, p.Process.Pid)
					return len(left) >= c.processes && isBusy(t, left)
				}, 20*time.Second, time.Millisecond)
				require.NoError(t, p.Process.Signal(signal))
				p.end(t)
				require.Eventually(t, func() bool {
					for _, pid := range left {
						if isAlive(pid) {
							return false
						}
					}
					return true
				}, time.Second, time.Millisecond, "they end with the bench, not when they have done what they were asked for")
			})
		}
	}
}

// isBusy reports whether one of the processes has used time of a processor: it does what it was asked for, and has not only
// begun.
func isBusy(t *testing.T, pids []int) bool {
	t.Helper()
	for _, pid := range pids {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			return false
		}
		text := string(stat)
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		const utime = 11 // of the fields after the name, in hundredths of a second
		ticks, err := strconv.Atoi(fields[utime])
		require.NoError(t, err)
		if ticks >= 10 {
			return true
		}
	}
	return false
}

func TestNothingOutlivesAVetThatIsInterrupted(t *testing.T) {
	bin := t.TempDir()
	// In a shell that reads a script, what runs in the background ignores interrupts.
	const slow = "#!/bin/sh\nsleep 1000 &\nsleep 1000\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte(slow), 0o777))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			p := start(t, "vet", "./...")
			var left []int
			require.Eventually(t, func() bool {
				left = descendants(t, p.Process.Pid)
				return len(left) == 3
			}, 20*time.Second, time.Millisecond)
			require.NoError(t, p.Process.Signal(signal))
			status, _ := p.end(t)
			require.Equal(t, 130, status)
			require.Equal(t, "simmer: interrupted\n", p.stderr.String())
			require.Eventually(t, func() bool { return !slices.ContainsFunc(left, isAlive) }, time.Second, time.Millisecond)
		})
	}
}
