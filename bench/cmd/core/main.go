// Command core measures the core table: every implementation of every workload, interleaved round by round, so that what
// disturbs the machine disturbs all alike. It prints minimum and median in nanoseconds per unit of work.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/simmer-go/simmer/bench/workload"
)

// minSample is the least time that one sample measures.
const minSample = 20 * time.Millisecond

func main() {
	rounds := flag.Int("n", 10, "samples of each row, at least 1")
	only := flag.String("only", "", "measure the rows whose name matches this regular expression")
	flag.IntVar(&workload.Workers, "workers", workload.Workers, "workers of each runtime; use with GOMAXPROCS")
	probe := flag.String("probe", "", "measure `row/impl` of the probes in this process, print the samples, and end")
	flag.Parse()
	if *probe != "" {
		runProbe(*probe)
		return
	}
	filter, err := regexp.Compile(*only)
	if err != nil || *rounds < 1 || workload.Workers < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "core: bad arguments:", err)
		flag.Usage()
		os.Exit(2)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "row\timpl\tmin ns\tmedian ns\tallocs\tmin / go\tmedian / go\t")
	for _, w := range workload.Core() {
		if filter.MatchString(w.Name) {
			measure(out, w, *rounds)
			out.Flush()
		}
	}
	fmt.Fprintln(out, "\nprobe\timpl\tmin\tmedian\tp99\tunit\t")
	for _, p := range workload.Probes() {
		if filter.MatchString(p.Name) {
			for _, impl := range p.Impls {
				samples, err := probeChild(p.Name + "/" + impl.Name)
				if err != nil {
					fmt.Fprintf(out, "%s\t%s\t\t\t\tfailed: %v\t\n", p.Name, impl.Name, err)
					continue
				}
				fmt.Fprintf(out, "%s\t%s\t%.1f\t%.1f\t%.1f\t%s\t\n", p.Name, impl.Name,
					samples[0], median(samples), samples[len(samples)*99/100], p.Unit)
			}
			out.Flush()
		}
	}
}

// runProbe prints the samples of one probe as JSON.
func runProbe(name string) {
	for _, p := range workload.Probes() {
		for _, impl := range p.Impls {
			if p.Name+"/"+impl.Name == name {
				json.NewEncoder(os.Stdout).Encode(impl.Measure())
				return
			}
		}
	}
	fmt.Fprintf(os.Stderr, "core: no probe %q\n", name)
	os.Exit(2)
}

// probeChild measures one probe in a process of its own, so that memory figures start from nothing.
func probeChild(name string) (samples []float64, err error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, err := exec.Command(exe, "-workers", strconv.Itoa(workload.Workers), "-probe", name).Output()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &samples); err != nil {
		return nil, err
	}
	if len(samples) == 0 {
		return nil, errors.New("no samples")
	}
	slices.Sort(samples)
	return samples, nil
}

type sample struct {
	ns     []float64
	allocs float64
}

func measure(out *tabwriter.Writer, w workload.Workload, rounds int) {
	samples := make([]sample, len(w.Impls))
	for round := range rounds + 1 { // the first one warms up
		for i, impl := range w.Impls {
			ns, allocs := once(w, impl)
			if round > 0 {
				samples[i].ns = append(samples[i].ns, ns)
				samples[i].allocs = allocs
			}
		}
	}
	for i := range samples {
		slices.Sort(samples[i].ns)
	}
	peer := samples[len(samples)-1].ns // goroutines come last
	for i, impl := range w.Impls {
		ns := samples[i].ns
		fmt.Fprintf(out, "%s\t%s\t%.1f\t%.1f\t%.2f\t%.2f\t%.2f\t\n", w.Name, impl.Name,
			ns[0], median(ns), samples[i].allocs, ns[0]/peer[0], median(ns)/median(peer))
	}
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }

// once returns the fastest time per unit of work of a batch of runs that takes minSample, and the allocations.
func once(w workload.Workload, impl workload.Impl) (ns, allocs float64) {
	run, stop := impl.Start()
	defer stop()
	run()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, runs := time.Now(), 0
	for time.Since(start) < minSample {
		run()
		runs++
	}
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)
	units := float64(runs * w.Ops)
	return float64(elapsed.Nanoseconds()) / units, float64(after.Mallocs-before.Mallocs) / units
}
