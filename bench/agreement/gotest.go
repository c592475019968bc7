package agreement

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/simmer-go/simmer/bench/measure"
)

// perUnitMetric is the metric of the benchmarks that tells the time of a unit of work, in nanoseconds.
const perUnitMetric = "ns/unit"

// gotest runs BenchmarkTimed of package workload.
type gotest struct {
	program string // its test binary
}

// buildTests builds the test binary that a gotest runs.
func buildTests(ctx context.Context, program string) error {
	_, err := output(ctx, exec.CommandContext(ctx, "go", "test", "-c", "-o", program, "github.com/simmer-go/simmer/bench/workload"))
	return err
}

// Measure runs one benchmark some times, each in a process of its own.
func (h *gotest) Measure(ctx context.Context, c *Case) (samples []float64, err error) {
	for range c.sampling().number {
		sample, err := h.sample(ctx, c)
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
	}
	return samples, nil
}

func (h *gotest) sample(ctx context.Context, c *Case) (float64, error) {
	cmd := exec.CommandContext(ctx, h.program, "-test.run", "^$", "-test.bench", "^BenchmarkTimed$/^"+c.Bench+"$/^"+c.Impl+"$",
		"-test.benchtime", c.sampling().least.String(), "-test.cpu", strconv.Itoa(c.Workers))
	cmd.Args[0] = measure.DrawName(cmd.Args[0])
	out, err := output(ctx, cmd)
	if err != nil {
		return 0, err
	}
	samples, err := metrics(out, perUnitMetric)
	if err != nil {
		return 0, err
	}
	if len(samples) != 1 {
		return 0, fmt.Errorf("BenchmarkTimed/%s tells %d times, not one", c.Name(), len(samples))
	}
	return samples[0], nil
}

// metrics returns the values of a metric in the output of benchmarks: number and unit, in turn, after the name and b.N.
func metrics(out []byte, unit string) (values []float64, err error) {
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		for i := 3; i < len(fields); i += 2 {
			if fields[i] != unit {
				continue
			}
			value, err := strconv.ParseFloat(fields[i-1], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", fields[0], err)
			}
			values = append(values, value)
		}
	}
	return values, lines.Err()
}
