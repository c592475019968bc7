package echo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Suite measures echo servers.
type Suite struct {
	// Self is the command line that makes the running program call Main, before Main's arguments.
	Self []string
	// Workers is the number of workers, or of Go processors, of each server. Default 1.
	Workers int
}

// Server is a program that echoes.
type Server struct {
	Name    string
	Workers int // threads that serve
	// Command starts it on a free port of the loopback address. It prints "listening on ADDRESS" and serves until it is killed.
	Command []string
}

// Result is what one client saw of one server.
type Result struct {
	Server   string        `json:"server"`
	Conns    int           `json:"conns"`
	Served   int           `json:"served"` // connections that were answered in the measured time
	Size     int           `json:"size"`   // bytes of a message
	Requests int64         `json:"requests"`
	Wall     time.Duration `json:"wall_ns"` // measured, without the warm-up

	ReqPerS float64 `json:"req_per_s"`
	// Latencies in microseconds, from before the first byte is sent until the last one is back.
	P50us  float64 `json:"p50_us"`
	P90us  float64 `json:"p90_us"`
	P99us  float64 `json:"p99_us"`
	P999us float64 `json:"p999_us"`
	MaxUs  float64 `json:"max_us"`
	// ServerCPUusPerReq is the server's user and system time for a request, in microseconds.
	ServerCPUusPerReq float64 `json:"server_cpu_us_per_req"`
	// Cores that each side kept busy on average.
	ServerCores float64 `json:"server_cores"`
	ClientCores float64 `json:"client_cores"`
}

// Own returns the servers of this program: simmer with state machines, simmer with straight-line bodies, and goroutines.
func (s *Suite) Own() []Server {
	var own []Server
	for _, kind := range servers {
		command := s.self(kind.name, "--workers", strconv.Itoa(s.workers()))
		own = append(own, Server{Name: kind.name, Workers: s.workers(), Command: command})
	}
	return own
}

// Tokio returns the server of the tokio peer, whose program it is given.
func (s *Suite) Tokio(program string) Server {
	command := []string{program, "--workers", strconv.Itoa(s.workers()), "--echo", "0"}
	return Server{Name: tokioName, Workers: s.workers(), Command: command}
}

// C returns the C server, which has one thread whatever Workers is. It is given the program, which package cepoll builds.
func (s *Suite) C(program string) Server {
	return Server{Name: cName, Workers: 1, Command: []string{program}}
}

// Measure starts the server, and a client with conns connections that exchange messages of size bytes with it, for half a second
// of warm-up and then for duration, and ends both. It fails if a byte comes back wrong, if a process fails, and with
// context.Cause(ctx) when ctx ends. One call at a time: two would measure each other.
func (s *Suite) Measure(ctx context.Context, server Server, conns, size int, duration time.Duration) (Result, error) {
	load := load{Conns: conns, Size: size, WarmUp: warmUp, Duration: duration}
	if err := load.check(); err != nil {
		return Result{}, fmt.Errorf("echo: %w", err)
	}
	running, err := start(ctx, server)
	if err != nil {
		return Result{}, fmt.Errorf("echo: %s: %w", server.Name, cause(ctx, err))
	}
	defer running.stop()
	load.Address, load.ServerPID = running.address, running.cmd.Process.Pid
	figures, err := s.client(ctx, load)
	if err != nil {
		return Result{}, fmt.Errorf("echo: client of %s: %w", server.Name, cause(ctx, running.explain(err)))
	}
	return figures.result(server.Name, load), nil
}

// cause prefers the reason why ctx has ended: the processes are killed then, and their errors tell nothing.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (s *Suite) workers() int { return max(1, s.Workers) }

func (s *Suite) self(arguments ...string) []string {
	return append(s.Self[:len(s.Self):len(s.Self)], arguments...)
}

// ErrUnsupported says that the client does not run on this system.
var ErrUnsupported = errors.New("echo: the client needs Linux")
