package echo

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// warmUp is how long the client runs before it measures, so that buffers, caches and the connections' windows have their sizes.
const warmUp = 500 * time.Millisecond

// load is what a client does.
type load struct {
	Address   string
	Conns     int
	Size      int // bytes of a message
	WarmUp    time.Duration
	Duration  time.Duration
	ServerPID int // whose processor time is read; 0: nobody's
}

func (l *load) flags(f *flag.FlagSet) {
	f.StringVar(&l.Address, "addr", "", "address of the server")
	f.IntVar(&l.Conns, "conns", 50, "connections")
	f.IntVar(&l.Size, "size", 64, "bytes of a message")
	f.DurationVar(&l.WarmUp, "warm-up", warmUp, "time to run before")
	f.DurationVar(&l.Duration, "duration", 2*time.Second, "time to measure")
	f.IntVar(&l.ServerPID, "server-pid", 0, "process whose processor time is read")
}

// arguments are those that flags reads as l.
func (l *load) arguments() []string {
	return []string{
		"--addr", l.Address, "--conns", strconv.Itoa(l.Conns), "--size", strconv.Itoa(l.Size),
		"--warm-up", l.WarmUp.String(), "--duration", l.Duration.String(), "--server-pid", strconv.Itoa(l.ServerPID),
	}
}

func (l *load) check() error {
	switch {
	case l.Conns < 1:
		return fmt.Errorf("connections must be at least 1: %d", l.Conns)
	case l.Size < 1:
		return fmt.Errorf("a message must have at least 1 byte: %d", l.Size)
	case l.WarmUp < 0:
		return fmt.Errorf("the time to warm up must not be negative: %v", l.WarmUp)
	case l.Duration <= 0:
		return fmt.Errorf("the time to measure must be positive: %v", l.Duration)
	}
	return nil
}

// figures is what the client's process answers. Latencies are in microseconds.
type figures struct {
	Requests             int64
	Served               int // connections that were answered in the measured time
	Wall                 time.Duration
	P50, P90, P99, P999  float64
	Max                  float64
	ServerCPU, ClientCPU time.Duration
}

// summarize sorts the latencies and takes their quantiles. There must be at least one.
func (f *figures) summarize(latencies []time.Duration) {
	slices.Sort(latencies)
	at := func(permille int) float64 {
		i := min(len(latencies)*permille/1000, len(latencies)-1)
		return float64(latencies[i].Nanoseconds()) / 1000
	}
	f.Requests = int64(len(latencies))
	f.P50, f.P90, f.P99, f.P999, f.Max = at(500), at(900), at(990), at(999), at(1000)
}

func (f *figures) result(server string, l load) Result {
	return Result{
		Server: server, Conns: l.Conns, Served: f.Served, Size: l.Size, Requests: f.Requests, Wall: f.Wall,
		ReqPerS: float64(f.Requests) / f.Wall.Seconds(),
		P50us:   f.P50, P90us: f.P90, P99us: f.P99, P999us: f.P999, MaxUs: f.Max,
		ServerCPUusPerReq: float64(f.ServerCPU.Nanoseconds()) / 1000 / float64(f.Requests),
		ServerCores:       f.ServerCPU.Seconds() / f.Wall.Seconds(),
		ClientCores:       f.ClientCPU.Seconds() / f.Wall.Seconds(),
	}
}
