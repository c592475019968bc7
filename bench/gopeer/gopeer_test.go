package gopeer_test

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/gopeer"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// run runs a peer over some lines of input.
func run(t *testing.T, input string, args ...string) (protocol.Hello, []protocol.Answer) {
	before := goruntime.GOMAXPROCS(0)
	defer goruntime.GOMAXPROCS(before)
	var out bytes.Buffer
	require.NoError(t, gopeer.Main(nil, args, strings.NewReader(input), &out, io.Discard))
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

func TestEachImplIsTheRowOfOnePeer(t *testing.T) {
	var rows []protocol.Row
	for _, name := range gopeer.Names() {
		hello, _ := run(t, "", name, "--workers", "3")
		require.Equal(t, name, hello.Peer)
		require.Equal(t, 3, hello.Workers)
		require.Regexp(t, "^"+regexp.QuoteMeta(goruntime.Version())+"(,|$)", hello.Version)
		rows = append(rows, hello.Rows...)
	}
	for _, w := range workload.All() {
		for _, impl := range w.Impls {
			n := len(slices.DeleteFunc(slices.Clone(rows), func(r protocol.Row) bool { return r != protocol.Row{Bench: w.Name, Impl: impl.Name} }))
			require.Equal(t, 1, n, "%s/%s", w.Name, impl.Name)
		}
	}
}

func TestAnswersCarryFiguresAndChecks(t *testing.T) {
	_, answers := run(t, `{"id":1,"op":"run","bench":"spawn_join","impl":"simmer","iterations":2}
		{"id":2,"op":"run","bench":"chained_spawn","impl":"simmer","iterations":1}
		{"id":3,"op":"run","bench":"idle_wake","impl":"simmer","iterations":5}`, "simmer", "--workers", "2")
	require.Len(t, answers, 3)
	for i, want := range []struct {
		units int64
		check uint64
	}{{20_000, 20_000}, {1000, 1000}, {5, 5}} {
		a := answers[i]
		require.Empty(t, a.Error)
		require.Equal(t, want.units, a.Units)
		require.Equal(t, want.check, a.Check)
		require.Positive(t, a.WallNS)
		require.Positive(t, a.RSSBytes)
		require.NotNil(t, a.Allocs)
		require.NotNil(t, a.Bytes)
	}
	require.GreaterOrEqual(t, *answers[0].Allocs, int64(20_000/4), "cells are allocated four at a time")
	require.Contains(t, answers[2].Extra, protocol.P50)
}

func TestRowsOfOthersAreRefused(t *testing.T) {
	_, answers := run(t, `{"id":1,"op":"run","bench":"spawn_many","impl":"go","iterations":1}
		{"id":2,"op":"run","bench":"soup","impl":"simmer","iterations":1}`, "simmer")
	require.Equal(t, "no row spawn_many/go", answers[0].Error)
	require.Equal(t, "no row soup/simmer", answers[1].Error)
}

func TestWrongArgumentsAreErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "gopeer: the peer's name is missing"},
		{[]string{"soup"}, `gopeer: no peer "soup"`},
		{[]string{"go", "--workers", "0"}, "gopeer: workers must be at least 1: 0"},
		{[]string{"echo", "soup"}, `echo: unknown process "soup"`},
		{[]string{"go", "--cooks", "1"}, "gopeer: flag provided but not defined: -cooks"},
	} {
		require.EqualError(t, gopeer.Main(nil, c.args, strings.NewReader(""), io.Discard, io.Discard), c.want)
	}
}
