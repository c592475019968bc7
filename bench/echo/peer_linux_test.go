package echo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/peers/cepoll"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// asPeer runs a peer over some lines of input.
func asPeer(t *testing.T, input string, arguments ...string) (protocol.Hello, []protocol.Answer) {
	var out bytes.Buffer
	require.NoError(t, Main(os.Args[:1:1], append([]string{peerMode}, arguments...), strings.NewReader(input), &out, io.Discard))
	lines := json.NewDecoder(&out)
	var hello protocol.Hello
	require.NoError(t, lines.Decode(&hello))
	var answers []protocol.Answer
	for lines.More() {
		var a protocol.Answer
		require.NoError(t, lines.Decode(&a))
		answers = append(answers, a)
	}
	return hello, answers
}

func TestAPeerHasTheEchoRowsOfItsServer(t *testing.T) {
	for _, c := range []struct {
		workers   int
		arguments []string
	}{
		{3, []string{"go"}}, {3, []string{"simmer-async"}}, {3, []string{"tokio", "--program", "x"}}, {1, []string{"c-epoll", "--program", "x"}},
	} {
		name := c.arguments[0]
		hello, _ := asPeer(t, "", append(c.arguments, "--workers", "3")...)
		require.Equal(t, name, hello.Peer)
		require.Equal(t, c.workers, hello.Workers, name)
		require.Len(t, hello.Rows, len(workload.EchoLoads()))
		require.Contains(t, hello.Rows, protocol.Row{Bench: "echo_64x50", Impl: name})
	}
}

func TestThePeerOfTheCServerNamesItsCompiler(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	program, err := cepoll.Build(t.Context())
	if errors.Is(err, cepoll.ErrNoCompiler) {
		t.Skip(err)
	}
	require.NoError(t, err)
	hello, _ := asPeer(t, "", cName, "--program", program)
	require.NotEmpty(t, hello.Version)
	require.Equal(t, cepoll.Compiler(program), hello.Version)
}

func TestAPeerTellsWhyItHasNoFigures(t *testing.T) {
	_, answers := asPeer(t, `{"id":1,"op":"run","bench":"echo_64x1","impl":"tokio","iterations":1}
		{"id":2,"op":"run","bench":"soup","impl":"tokio","iterations":1}
		{"id":3,"op":"run","bench":"echo_64x1","impl":"go","iterations":1}`, "tokio", "--program", "no-such-program")
	require.Contains(t, answers[0].Error, "no-such-program")
	require.Equal(t, "no row soup/tokio", answers[1].Error)
	require.Equal(t, "no row echo_64x1/go", answers[2].Error)
}

func TestAPeerThatIsNotToBeIsAnError(t *testing.T) {
	for want, arguments := range map[string][]string{
		"echo: the server's name is missing":         {},
		`echo: no server "cook"`:                     {"cook"},
		"echo: the program of tokio is missing":      {"tokio"},
		"echo: workers must be at least 1: 0":        {"go", "--workers", "0"},
		"echo: flag provided but not defined: -soup": {"go", "--soup"},
	} {
		require.EqualError(t, Main(nil, append([]string{peerMode}, arguments...), strings.NewReader(""), io.Discard, io.Discard), want)
	}
}
