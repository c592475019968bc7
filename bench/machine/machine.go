// Package machine describes the machine that figures were measured on, for the head of a report.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
)

const unknown = "unknown"

// Fact is one line of a description.
type Fact struct{ Name, Value string }

// Describe returns what is known of this machine and of what influences Go programs on it. What cannot be found out is unknown.
func Describe() []Fact {
	return []Fact{
		{"CPU", processor()},
		{"cores", fmt.Sprint(runtime.NumCPU())},
		{"memory", memory()},
		{"system", system()},
		{"load before", loadAverage()},
		{"Go", fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)},
		{"GOGC", setting("GOGC", "100")},
		{"GOMEMLIMIT", setting("GOMEMLIMIT", "off")},
		{"GODEBUG", setting("GODEBUG", "none")},
	}
}

func processor() string {
	if all, err := cpu.Info(); err == nil && len(all) > 0 && all[0].ModelName != "" {
		return strings.Join(strings.Fields(all[0].ModelName), " ")
	}
	return unknown
}

func memory() string {
	if m, err := mem.VirtualMemory(); err == nil {
		return fmt.Sprintf("%.1f GiB", float64(m.Total)/(1<<30))
	}
	return unknown
}

func system() string {
	if h, err := host.Info(); err == nil {
		return strings.TrimSpace(fmt.Sprintf("%s %s, kernel %s", h.Platform, h.PlatformVersion, h.KernelVersion))
	}
	return unknown
}

func loadAverage() string {
	if l, err := load.Avg(); err == nil {
		return fmt.Sprintf("%.2f (1 min), %.2f (5 min)", l.Load1, l.Load5)
	}
	return unknown
}

func setting(name, usual string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return usual
}
