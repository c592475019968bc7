package workload

import (
	"fmt"
	"time"
)

// EchoLoad is what the client of an echo row does.
type EchoLoad struct {
	Size  int // bytes of a message
	Conns int // connections; the scale of the row
}

// Name returns the name of its row.
func (l EchoLoad) Name() string { return fmt.Sprintf("echo_%dx%d", l.Size, l.Conns) }

// EchoGroup is the group of the echo rows, which have processes of their own.
const EchoGroup = "echo"

// EchoDuration is how long the client of an echo row measures, after its warm-up.
const EchoDuration = 2 * time.Second

// EchoLoads returns those of the rows.
func EchoLoads() []EchoLoad { return []EchoLoad{{64, 1}, {64, 50}, {64, 1000}, {16 << 10, 50}} }

// Echo compares TCP echo servers under one load. Package echo has the servers and the client, in processes of their own.
func Echo(l EchoLoad) Workload {
	return Workload{
		Name: l.Name(), Group: EchoGroup, Unit: "one request", Metric: ReqPerS,
		Title:     fmt.Sprintf("One client, in a process of its own, has %d connections echo messages of %d bytes", l.Conns, l.Size),
		Elsewhere: []string{"simmer", "simmer-async", "go", "tokio", "c-epoll"},
		Units:     1, Check: 1, Scales: []int64{int64(l.Conns)}, Samples: echoSamples, Lasts: EchoDuration,
		Constants: []Constant{{"bytes", int64(l.Size)}, {"connections", int64(l.Conns)}, {"duration_ms", EchoDuration.Milliseconds()}},
	}
}

const echoSamples = 3

func echoRows() []Workload {
	var rows []Workload
	for _, l := range EchoLoads() {
		rows = append(rows, Echo(l))
	}
	return rows
}
