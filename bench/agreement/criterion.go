package agreement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/simmer-go/simmer/bench/measure"
)

const (
	// criterionSamples is how many samples criterion takes at least.
	criterionSamples = 10
	// criterionWarmUp is the runner's.
	criterionWarmUp = 100 * time.Millisecond
	// criterionTries bounds the runs of which no sample is long enough. Criterion plans its iterations by the warm-up, and a row that
	// spins on few cores is sometimes ten times as fast after it: each further run is planned to be longer.
	criterionTries = 4
	tryGrowth      = 4
)

// criterion runs the executables that cargo has built of tokio's benches.
type criterion struct {
	dir string // cargo's target folder, or the folder of the executables
}

// Measure runs one benchmark some times, each in a process of its own, of which one sample counts.
func (h *criterion) Measure(ctx context.Context, c *Case) (samples []float64, err error) {
	program, err := h.program(c.Program)
	if err != nil {
		return nil, err
	}
	for range c.sampling().number {
		sample, err := h.sample(ctx, program, c)
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
	}
	return samples, nil
}

// sample returns the sample of the first run that has one.
func (h *criterion) sample(ctx context.Context, program string, c *Case) (float64, error) {
	plan := c.sampling()
	for range criterionTries {
		sample, ok, err := h.run(ctx, program, c, plan)
		if err != nil {
			return 0, err
		}
		if ok {
			return sample, nil
		}
		plan.run *= tryGrowth
	}
	return 0, fmt.Errorf("criterion took no sample of at least %v", plan.least)
}

// run runs the benchmark for some time and returns what perUnit reads of its samples.
func (h *criterion) run(ctx context.Context, program string, c *Case, plan sampling) (sample float64, ok bool, err error) {
	home, err := os.MkdirTemp("", "simmer-agreement-")
	if err != nil {
		return 0, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
	cmd := exec.CommandContext(ctx, program, "--bench", "--noplot", "^"+regexp.QuoteMeta(c.ID)+"$",
		"--sample-size", strconv.Itoa(criterionSamples), "--measurement-time", seconds(plan.run),
		"--warm-up-time", seconds(criterionWarmUp))
	cmd.Args[0] = measure.DrawName(cmd.Args[0])
	cmd.Env = append(os.Environ(), "CRITERION_HOME="+home, "TOKIO_WORKER_THREADS="+strconv.Itoa(c.Workers))
	if _, err := output(ctx, cmd); err != nil {
		return 0, false, err
	}
	folder := c.Folder
	if folder == "" {
		folder = c.ID
	}
	text, err := os.ReadFile(filepath.Join(home, filepath.FromSlash(folder), "new", "sample.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, fmt.Errorf("%s has no benchmark %s", filepath.Base(program), c.ID)
	} else if err != nil {
		return 0, false, err
	}
	return perUnit(text, c.Units, plan.least)
}

// perUnit reads criterion's samples and returns the first one that lasts as long as least if its iterations take what they do in the
// mean of all. How long it took itself does not matter: else only the slow samples of a row of two speeds would count.
func perUnit(text []byte, units int64, least time.Duration) (sample float64, ok bool, err error) {
	var file struct {
		Iters []float64 `json:"iters"`
		Times []float64 `json:"times"` // nanoseconds
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return 0, false, fmt.Errorf("sample.json: %w", err)
	}
	if len(file.Iters) != len(file.Times) {
		return 0, false, fmt.Errorf("sample.json: %d numbers of iterations, %d times", len(file.Iters), len(file.Times))
	}
	var iterations, ns float64
	for i, n := range file.Iters {
		if n < 1 {
			return 0, false, fmt.Errorf("sample.json: %v iterations", n)
		}
		iterations, ns = iterations+n, ns+file.Times[i]
	}
	for i, n := range file.Iters {
		if n*ns/iterations >= float64(least) {
			return file.Times[i] / n / float64(units), true, nil
		}
	}
	return 0, false, nil
}

// hashed is the name of an executable that cargo has built: there are files about it beside it.
var hashed = regexp.MustCompile(`^-[0-9a-f]{16}$`)

// program returns the newest executable of that name.
func (h *criterion) program(name string) (newest string, err error) {
	var built time.Time
	for _, folder := range []string{h.dir, filepath.Join(h.dir, "release", "deps")} {
		found, err := filepath.Glob(filepath.Join(folder, name+"-*"))
		if err != nil {
			return "", err
		}
		found = slices.DeleteFunc(found, func(path string) bool { return !hashed.MatchString(filepath.Base(path)[len(name):]) })
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.ModTime().After(built) {
				newest, built = path, info.ModTime()
			}
		}
	}
	if newest == "" {
		return "", fmt.Errorf("no benchmark %s in %s or its release/deps: build it with cargo bench --no-run", name, h.dir)
	}
	return newest, nil
}
