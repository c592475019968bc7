package protocol_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/protocol"
)

var hello = protocol.Hello{Peer: "tokio", Version: "1", Workers: 2, Rows: []protocol.Row{{Bench: "spawn_many", Impl: "tokio"}}}

// serve runs a peer over some lines of input and returns its lines.
func serve(t *testing.T, input string, run func(protocol.Request) (protocol.Answer, error)) []string {
	var out bytes.Buffer
	require.NoError(t, protocol.Serve(strings.NewReader(input), &out, hello, run))
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestAPeerSaysHelloAndAnswersEachRequestInALine(t *testing.T) {
	var requests []protocol.Request
	lines := serve(t, `{"id":7,"op":"run","bench":"spawn_many","impl":"tokio","iterations":3}`+"\n", func(r protocol.Request) (protocol.Answer, error) {
		requests = append(requests, r)
		return protocol.Answer{
			Units: 30, WallNS: 5, CPUNS: 6, Allocs: new(int64), RSSBytes: 8, Check: 1 << 63, Extra: map[string]float64{protocol.P50: 1.5},
		}, nil
	})
	require.Equal(t, []protocol.Request{{ID: 7, Op: protocol.OpRun, Bench: "spawn_many", Impl: "tokio", Iterations: 3}}, requests)
	require.Equal(t, []string{
		`{"peer":"tokio","version":"1","workers":2,"rows":[{"bench":"spawn_many","impl":"tokio"}]}`,
		`{"id":7,"units":30,"wall_ns":5,"cpu_ns":6,"allocs":0,"rss_bytes":8,"check":9223372036854775808,"extra":{"p50_us":1.5}}`,
	}, lines)
}

func TestAPeerGoesOnAfterAnError(t *testing.T) {
	lines := serve(t, `{"id":1,"op":"run","iterations":1}{"id":2,"op":"dance","iterations":1}{"id":3,"op":"run"}{"id":4,"op":"run","iterations":2}`,
		func(r protocol.Request) (protocol.Answer, error) {
			if r.ID == 1 {
				return protocol.Answer{Units: 1}, errors.New("out of descriptors")
			}
			return protocol.Answer{Units: r.Iterations}, nil
		})
	require.Equal(t, []string{
		`{"id":1,"error":"out of descriptors"}`,
		`{"id":2,"error":"unknown op \"dance\""}`,
		`{"id":3,"error":"iterations must be at least 1: 0"}`,
		`{"id":4,"units":2}`,
	}, lines[1:])
}

func TestWhatIsNoRequestEndsThePeer(t *testing.T) {
	err := protocol.Serve(strings.NewReader("run!\n"), io.Discard, hello, nil)
	require.ErrorContains(t, err, "protocol: request: invalid character")
}

func TestAPeerWhoseOutputIsClosedEnds(t *testing.T) {
	_, out := io.Pipe()
	require.NoError(t, out.CloseWithError(io.ErrClosedPipe))
	err := protocol.Serve(strings.NewReader(""), out, hello, nil)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}
