package echo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/simmer-go/simmer/bench/peers/cepoll"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// The servers of other programs.
const (
	tokioName = "tokio"
	cName     = "c-epoll"
)

// peer answers package protocol's requests for the echo rows of one server. Its iterations are the connections.
type peer struct {
	suite  Suite
	server Server
}

// peerMain is the life of a peer. Its first argument is the server's name.
func peerMain(flags *flag.FlagSet, self, arguments []string, in io.Reader, out io.Writer) error {
	if len(arguments) == 0 {
		return errors.New("echo: the server's name is missing")
	}
	program := flags.String("program", "", "program of a server that is not of this one")
	workers, err := parseWorkers(flags, arguments[1:])
	if err != nil {
		return err
	}
	p := &peer{suite: Suite{Self: self, Workers: workers}}
	if p.server, err = p.suite.named(arguments[0], *program); err != nil {
		return err
	}
	hello := protocol.Hello{Peer: p.server.Name, Workers: p.server.Workers}
	if p.server.Name == cName {
		hello.Version = cepoll.Compiler(*program) // the others tell theirs themselves
	}
	for _, l := range workload.EchoLoads() {
		hello.Rows = append(hello.Rows, protocol.Row{Bench: l.Name(), Impl: p.server.Name})
	}
	return protocol.Serve(in, out, hello, p.run)
}

// named returns the server of that name. program is that of a server of another program.
func (s *Suite) named(name, program string) (Server, error) {
	for _, server := range s.Own() {
		if server.Name == name {
			return server, nil
		}
	}
	switch {
	case name != tokioName && name != cName:
		return Server{}, fmt.Errorf("echo: no server %q", name)
	case program == "":
		return Server{}, fmt.Errorf("echo: the program of %s is missing", name)
	case name == tokioName:
		return s.Tokio(program), nil
	}
	return s.C(program), nil
}

// run measures one row.
func (p *peer) run(r protocol.Request) (protocol.Answer, error) {
	loads := workload.EchoLoads()
	i := slices.IndexFunc(loads, func(l workload.EchoLoad) bool { return l.Name() == r.Bench })
	if i < 0 || r.Impl != p.server.Name {
		return protocol.Answer{}, fmt.Errorf("no row %s/%s", r.Bench, r.Impl)
	}
	// The runner ends this process, and with it those that it has started.
	result, err := p.suite.Measure(context.Background(), p.server, int(r.Iterations), loads[i].Size, workload.EchoDuration)
	if err != nil {
		return protocol.Answer{}, err
	}
	return result.answer(), nil
}

// answer tells r as package protocol does. The client has compared every byte that came; the check is the number of connections on which
// an answer came at all.
func (r *Result) answer() protocol.Answer {
	cpu := r.ServerCPUusPerReq * 1000
	return protocol.Answer{
		Units: int64(r.Conns), Check: uint64(r.Served), WallNS: r.Wall.Nanoseconds(), CPUNS: int64(cpu * float64(r.Requests)),
		Extra: map[string]float64{
			protocol.ReqPerS: r.ReqPerS, protocol.CPUNS: cpu,
			protocol.P50: r.P50us, protocol.P90: r.P90us, protocol.P99: r.P99us, protocol.P999: r.P999us, protocol.Max: r.MaxUs,
		},
	}
}
