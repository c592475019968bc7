package future_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// plan is what one future of a combinator does: it ends in its poll number at, or never if that is 0.
type plan struct {
	at  int
	end ending
}

type ending uint8

const (
	value ending = iota
	failure
	panics
)

var errPlanned = errors.New("planned")

// probe is a future that follows a plan and notes what happens to it.
type probe struct {
	plan
	index        int
	polls, drops int
	isReady      bool
	log          *[]int // of drops, in order
}

func (p *probe) Poll(cx *future.Context) (int, bool, error) {
	if p.isReady || p.drops > 0 {
		panic("polled after its end")
	}
	p.polls++
	if p.polls != p.at {
		cx.Again()
		return 0, false, nil
	}
	switch p.end {
	case panics:
		panic(p)
	case failure:
		p.isReady = true
		return 0, true, errPlanned
	}
	p.isReady = true
	return 10 + p.index, true, nil
}

func (p *probe) Drop(*future.Context) {
	p.drops++
	*p.log = append(*p.log, p.index)
}

// outcome is what a combinator under test gives: the results of all, or of the chosen one.
type outcome struct {
	results []future.Result[int]
	index   int
}

// rule says when a combinator ends.
type rule uint8

const (
	all      rule = iota // when all have
	anyOrder             // as all; the results come as they finish
	try                  // when all have, or one has failed
	first                // when one has
	await                // as first, in a body, which gets the futures only when it begins
)

type combinator struct {
	rule  rule
	build func(fs []future.Future[int]) future.Future[outcome]
}

// flat makes an outcome of the generated result types, whose fields are an index, Results or values.
func flat[R any](f future.Future[R]) future.Future[outcome] {
	return future.Map(f, func(r R) (o outcome, err error) {
		fields := reflect.ValueOf(r)
		for i := range fields.NumField() {
			switch field := fields.Field(i).Interface().(type) {
			case future.Result[int]:
				o.results = append(o.results, field)
			case int:
				o.results = append(o.results, future.Result[int]{Value: field})
			}
		}
		if fields.Type().Field(0).Name == "Index" {
			o.index = o.results[0].Value
			o.results = o.results[1:]
		}
		return o, nil
	})
}

type ints = []future.Future[int]

// fixed holds the combinators of two to six futures.
var fixed = map[string]map[int]combinator{
	"Join": {
		2: {all, func(f ints) future.Future[outcome] { return flat(future.Join2(f[0], f[1])) }},
		3: {all, func(f ints) future.Future[outcome] { return flat(future.Join3(f[0], f[1], f[2])) }},
		4: {all, func(f ints) future.Future[outcome] { return flat(future.Join4(f[0], f[1], f[2], f[3])) }},
		5: {all, func(f ints) future.Future[outcome] { return flat(future.Join5(f[0], f[1], f[2], f[3], f[4])) }},
		6: {all, func(f ints) future.Future[outcome] {
			return flat(future.Join6(f[0], f[1], f[2], f[3], f[4], f[5]))
		}},
	},
	"JoinBiased": {
		2: {all, func(f ints) future.Future[outcome] { return flat(future.JoinBiased2(f[0], f[1])) }},
		3: {all, func(f ints) future.Future[outcome] { return flat(future.JoinBiased3(f[0], f[1], f[2])) }},
		4: {all, func(f ints) future.Future[outcome] { return flat(future.JoinBiased4(f[0], f[1], f[2], f[3])) }},
		5: {all, func(f ints) future.Future[outcome] {
			return flat(future.JoinBiased5(f[0], f[1], f[2], f[3], f[4]))
		}},
		6: {all, func(f ints) future.Future[outcome] {
			return flat(future.JoinBiased6(f[0], f[1], f[2], f[3], f[4], f[5]))
		}},
	},
	"TryJoin": {
		2: {try, func(f ints) future.Future[outcome] { return flat(future.TryJoin2(f[0], f[1])) }},
		3: {try, func(f ints) future.Future[outcome] { return flat(future.TryJoin3(f[0], f[1], f[2])) }},
		4: {try, func(f ints) future.Future[outcome] { return flat(future.TryJoin4(f[0], f[1], f[2], f[3])) }},
		5: {try, func(f ints) future.Future[outcome] { return flat(future.TryJoin5(f[0], f[1], f[2], f[3], f[4])) }},
		6: {try, func(f ints) future.Future[outcome] {
			return flat(future.TryJoin6(f[0], f[1], f[2], f[3], f[4], f[5]))
		}},
	},
	"TryJoinBiased": {
		2: {try, func(f ints) future.Future[outcome] { return flat(future.TryJoinBiased2(f[0], f[1])) }},
		3: {try, func(f ints) future.Future[outcome] { return flat(future.TryJoinBiased3(f[0], f[1], f[2])) }},
		4: {try, func(f ints) future.Future[outcome] {
			return flat(future.TryJoinBiased4(f[0], f[1], f[2], f[3]))
		}},
		5: {try, func(f ints) future.Future[outcome] {
			return flat(future.TryJoinBiased5(f[0], f[1], f[2], f[3], f[4]))
		}},
		6: {try, func(f ints) future.Future[outcome] {
			return flat(future.TryJoinBiased6(f[0], f[1], f[2], f[3], f[4], f[5]))
		}},
	},
	"Select": {
		2: {first, func(f ints) future.Future[outcome] { return flat(future.Select2(f[0], f[1])) }},
		3: {first, func(f ints) future.Future[outcome] { return flat(future.Select3(f[0], f[1], f[2])) }},
		4: {first, func(f ints) future.Future[outcome] { return flat(future.Select4(f[0], f[1], f[2], f[3])) }},
		5: {first, func(f ints) future.Future[outcome] { return flat(future.Select5(f[0], f[1], f[2], f[3], f[4])) }},
		6: {first, func(f ints) future.Future[outcome] {
			return flat(future.Select6(f[0], f[1], f[2], f[3], f[4], f[5]))
		}},
	},
	"SelectBiased": {
		2: {first, func(f ints) future.Future[outcome] { return flat(future.SelectBiased2(f[0], f[1])) }},
		3: {first, func(f ints) future.Future[outcome] { return flat(future.SelectBiased3(f[0], f[1], f[2])) }},
		4: {first, func(f ints) future.Future[outcome] {
			return flat(future.SelectBiased4(f[0], f[1], f[2], f[3]))
		}},
		5: {first, func(f ints) future.Future[outcome] {
			return flat(future.SelectBiased5(f[0], f[1], f[2], f[3], f[4]))
		}},
		6: {first, func(f ints) future.Future[outcome] {
			return flat(future.SelectBiased6(f[0], f[1], f[2], f[3], f[4], f[5]))
		}},
	},
	"AwaitSelect": {
		2: {await, func(f ints) future.Future[outcome] {
			return awaited(func(cx *future.Context) (future.Selected2[int, int], error) {
				return future.AwaitSelect2(cx, f[0], f[1])
			})
		}},
		3: {await, func(f ints) future.Future[outcome] {
			return awaited(func(cx *future.Context) (future.Selected3[int, int, int], error) {
				return future.AwaitSelect3(cx, f[0], f[1], f[2])
			})
		}},
		4: {await, func(f ints) future.Future[outcome] {
			return awaited(func(cx *future.Context) (future.Selected4[int, int, int, int], error) {
				return future.AwaitSelect4(cx, f[0], f[1], f[2], f[3])
			})
		}},
		5: {await, func(f ints) future.Future[outcome] {
			return awaited(func(cx *future.Context) (future.Selected5[int, int, int, int, int], error) {
				return future.AwaitSelect5(cx, f[0], f[1], f[2], f[3], f[4])
			})
		}},
		6: {await, func(f ints) future.Future[outcome] {
			return awaited(func(cx *future.Context) (future.Selected6[int, int, int, int, int, int], error) {
				return future.AwaitSelect6(cx, f[0], f[1], f[2], f[3], f[4], f[5])
			})
		}},
	},
}

func awaited[R any](body func(cx *future.Context) (R, error)) future.Future[outcome] {
	return flat(future.Async(body))
}

// anyNumber holds the combinators of any number of futures.
var anyNumber = map[string]combinator{
	"JoinAll": {all, func(fs ints) future.Future[outcome] {
		return future.Map(future.JoinAll(fs...), func(r []future.Result[int]) (outcome, error) { return outcome{results: r}, nil })
	}},
	"TryJoinAll": {try, func(fs ints) future.Future[outcome] {
		return future.Map(future.TryJoinAll(fs...), func(values []int) (o outcome, err error) {
			for _, v := range values {
				o.results = append(o.results, future.Result[int]{Value: v})
			}
			return o, nil
		})
	}},
	"Race": {first, func(fs ints) future.Future[outcome] {
		return future.Map(future.Race(fs...), func(v int) (outcome, error) {
			o := outcome{results: make([]future.Result[int], len(fs)), index: v - 10}
			o.results[o.index].Value = v
			return o, nil
		})
	}},
	"Set": {anyOrder, func(fs ints) future.Future[outcome] {
		set := &future.Set[int]{}
		for _, f := range fs {
			set.Add(f)
		}
		return &collecting{next: set.PollNext, drop: set.Drop}
	}},
	"Ordered": {all, func(fs ints) future.Future[outcome] {
		var o future.Ordered[int]
		for _, f := range fs {
			o.Add(f)
		}
		return &collecting{next: o.PollNext, drop: o.Drop}
	}},
	"Select over On":       {await, func(fs ints) future.Future[outcome] { return selectOf(fs, future.Select) }},
	"SelectBiased over On": {await, func(fs ints) future.Future[outcome] { return selectOf(fs, future.SelectBiased) }},
}

// collecting collects what a stream yields.
type collecting struct {
	next func(cx *future.Context) (int, bool, error)
	drop func(cx *future.Context)
	out  outcome
}

func (c *collecting) Poll(cx *future.Context) (outcome, bool, error) {
	for {
		v, ready, err := c.next(cx)
		switch {
		case !ready:
			return outcome{}, false, nil
		case err == io.EOF:
			return c.out, true, nil
		}
		c.out.results = append(c.out.results, future.Result[int]{Value: v, Err: err})
	}
}

func (c *collecting) Drop(cx *future.Context) { c.drop(cx) }

func selectOf(fs ints, choose func(cx *future.Context, branches ...future.Branch) error) future.Future[outcome] {
	return future.Async(func(cx *future.Context) (o outcome, err error) {
		branches := make([]future.Branch, len(fs))
		for i, f := range fs {
			branches[i] = future.On(f, func(v int, err error) error {
				o = outcome{results: make([]future.Result[int], len(fs)), index: i}
				o.results[i].Value = v
				return err
			})
		}
		err = choose(cx, branches...)
		return o, err
	})
}

func (c combinator) check(t *testing.T, e *executor, plans []plan, cancelAt int) {
	var drops []int
	probes := make([]*probe, len(plans))
	fs := make(ints, len(plans))
	for i, p := range plans {
		probes[i] = &probe{plan: p, index: i, log: &drops}
		fs[i] = probes[i]
	}
	f := c.build(fs)
	ends := endOf(c.rule, plans)
	for turn := 1; ; turn++ {
		if turn == cancelAt {
			future.Drop(&e.cx, f)
			break
		}
		e.local.BeginPoll()
		var out outcome
		var err error
		ready, panicked := guard(func() (ready bool) {
			out, ready, err = f.Poll(&e.cx)
			return ready
		})
		if panicked != nil {
			require.Equal(t, ends, turn)
			future.Drop(&e.cx, f)
			break
		}
		if !ready {
			require.Empty(t, drops, "nothing is dropped before the end")
			require.NotEqual(t, ends, turn)
			continue
		}
		require.Equal(t, ends, turn)
		c.checkResult(t, probes, turn, out, err)
		break
	}
	for _, p := range probes {
		if p.isReady {
			require.Zero(t, p.drops)
		} else {
			require.Equal(t, 1, p.drops)
		}
	}
	if i := slices.IndexFunc(drops, func(i int) bool { return probes[i].end == panics && probes[i].polls == probes[i].at }); i >= 0 {
		drops = slices.Delete(drops, i, i+1) // one that has panicked may be dropped before the others
	}
	require.IsIncreasing(t, append([]int{-2, -1}, drops...))
}

// endOf returns the poll in which a combinator ends, or 0.
func endOf(r rule, plans []plan) int {
	ends := 0
	for _, p := range plans {
		if p.at > 0 && (r >= first || p.end == panics || r == try && p.end == failure) && (ends == 0 || p.at < ends) {
			ends = p.at
		}
	}
	if ends > 0 || r >= first {
		return ends
	}
	for _, p := range plans {
		if p.at == 0 {
			return 0
		}
		ends = max(ends, p.at)
	}
	return ends
}

func (c combinator) checkResult(t *testing.T, probes []*probe, turn int, out outcome, err error) {
	switch c.rule {
	case first, await:
		if err != nil {
			require.ErrorIs(t, err, errPlanned)
			require.True(t, slices.ContainsFunc(probes, func(p *probe) bool { return p.isReady && p.end == failure }))
			return
		}
		for i, r := range out.results {
			require.Equal(t, i == out.index, probes[i].isReady)
			if i == out.index {
				require.Equal(t, 10+i, r.Value)
				require.Equal(t, turn, probes[i].at)
			} else {
				require.Zero(t, r.Value)
			}
		}
		return
	case try:
		if failed := slices.ContainsFunc(probes, func(p *probe) bool { return p.isReady && p.end == failure }); failed {
			require.ErrorIs(t, err, errPlanned)
			require.Empty(t, out.results)
			return
		}
	}
	require.NoError(t, err)
	var want []future.Result[int]
	for _, p := range probes {
		if p.end == failure {
			want = append(want, future.Result[int]{Err: errPlanned})
		} else {
			want = append(want, future.Result[int]{Value: 10 + p.index})
		}
	}
	if c.rule == anyOrder {
		require.ElementsMatch(t, want, out.results)
		return
	}
	require.Equal(t, want, out.results)
}

// eachPlan calls f with all ways to give n futures one of the plans.
func eachPlan(n int, plans []plan, f func([]plan)) {
	chosen := make([]plan, n)
	var choose func(i int)
	choose = func(i int) {
		if i == n {
			f(chosen)
			return
		}
		for _, p := range plans {
			chosen[i] = p
			choose(i + 1)
		}
	}
	choose(0)
}

func (c combinator) checkAll(t *testing.T, n int, plans []plan, turns int) {
	e := newExecutor(t)
	h := new(waker.Header)
	h.Init(e.exec)
	e.cx.SetTask(h)
	eachPlan(n, plans, func(chosen []plan) {
		ends, from := endOf(c.rule, chosen), 1
		if c.rule == await {
			from = 2
		}
		for cancelAt := from; cancelAt <= turns+1; cancelAt++ {
			if ends != 0 && ends < cancelAt {
				c.check(t, e, chosen, 0)
				return
			}
			c.check(t, e, chosen, cancelAt)
			if t.Failed() {
				t.Fatal(chosen, cancelAt)
			}
		}
	})
}

// Each branch ends in each way in each of three polls, or never, and the whole is dropped before each of its polls: every
// future that was not ready is dropped exactly once, in order, and none is polled after its end.
func TestEachBranchEndsExactlyOnceWhateverTheOthersDo(t *testing.T) {
	var every []plan
	for at := 1; at <= 3; at++ {
		every = append(every, plan{at, value}, plan{at, failure}, plan{at, panics})
	}
	every = append(every, plan{})
	some := []plan{{1, value}, {2, value}, {2, failure}, {}}
	if testing.Short() {
		some = some[1:]
	}
	for name, family := range fixed {
		for n, c := range family {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				if n <= 3 {
					c.checkAll(t, n, every, 3)
				} else {
					c.checkAll(t, n, some, 2)
				}
			})
		}
	}
	for name, c := range anyNumber {
		t.Run(name, func(t *testing.T) {
			c.checkAll(t, 1, every, 3)
			c.checkAll(t, 3, every, 3)
			c.checkAll(t, 5, some, 2)
		})
	}
}
