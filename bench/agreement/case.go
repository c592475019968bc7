package agreement

import (
	goruntime "runtime"
	"slices"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// Case is a row, and the benchmark of the other harness that does the same.
type Case struct {
	Bench, Impl string // of the row
	Peer        string // which runs it
	Workers     int

	// Program is criterion's executable, without its hash; empty for the testing package, which knows a benchmark by Bench and
	// Impl and tells the time of a unit itself.
	Program  string
	ID       string // criterion's name of the benchmark
	Folder   string // where criterion keeps its samples, if that is not ID
	Units    int64  // of work in one of criterion's iterations
	Figure   string // what criterion times, by the names of package protocol; empty: all of an iteration
	Confined bool   // both sides run on one processor
	Long     bool   // samples are long
}

// Rows of tokio that are confined: see the package comment.
var (
	// waiting has those in which a thread waits for another for a few units at a time.
	waiting = []string{
		"spawn_yield_join", "spawn_yield_join10", "request_reply", "sem_uncontended_concurrent", "sem_contended_concurrent",
		"rwlock_read_concurrent_uncontended", "rwlock_read_concurrent_contended",
	}
	// notifying has those in which a thread spins while it wakes workers. Their samples are long too.
	notifying = []string{
		"notify_one_10", "notify_one_50", "notify_one_100", "notify_one_200", "notify_one_500",
		"notify_waiters_10", "notify_waiters_50", "notify_waiters_100", "notify_waiters_200", "notify_waiters_500",
	}
)

// Rows with long samples.
var (
	// busy has the rows of tokio whose workers never sleep while another thread spawns.
	busy = []string{"spawn_many_remote_busy1", "spawn_many_remote_busy2"}
	// anew has those of which each of criterion's samples begins with a new runtime, while the peer's is as old as its process.
	anew = []string{"yield_many", "chained_spawn", "remote_spawn_t1", "remote_spawn_t2", "spawn_blocking_c1", "spawn_blocking_c2"}
	// yielding has the rows of goroutines in which many of them yield, and so want one lock of the scheduler's.
	yielding = []string{"yield_many", "timeout_yield_1000tasks", "sem_contended_hold"}
)

// Name is what a filter matches.
func (c *Case) Name() string { return c.Bench + "/" + c.Impl }

// goPeers has the peers whose rows the testing package runs too, each with its one impl of that name.
var goPeers = []string{"simmer", "simmer-async", "go"}

// goCases returns the rows that the testing package runs too.
func goCases(workers int) (cases []Case) {
	for _, w := range workload.All() {
		for _, impl := range w.Impls {
			if !w.IsProbe() && slices.Contains(goPeers, impl.Name) {
				c := Case{Bench: w.Name, Impl: impl.Name, Peer: impl.Name, Workers: workers}
				c.Long = impl.Name == "go" && slices.Contains(yielding, w.Name)
				cases = append(cases, c)
			}
		}
	}
	return cases
}

// source is one of tokio's benches: a program, on a number of workers.
type source struct {
	program string
	workers int  // ownChoice: tokio's default, one for each processor
	fixed   bool // by a constant in its source, of more than one
	benches []bench
}

const ownChoice = 0

// bench is a row with its counterpart in a source.
type bench struct {
	row    string
	inTask bool // the row is tokio's, not tokio-outside's: the one form that it has
	id     string
	units  int64
}

// tokioCases returns the rows that tokio's benches have too, on their numbers of workers. Rows of one thread have one. Where a bench
// has several of its own choice, it may have been built with another number: 4 and 6 threads on two cores draw lots.
//
// Left out are those whose body differs on purpose, as peers/WORKLOADS.md says: watch and broadcast, and the timeouts on 8
// workers.
func tokioCases(built int) (cases []Case) {
	for _, s := range []source{
		{"rt_multi_threaded", 4, true, []bench{
			{"spawn_many", false, "spawn_many_local", 10_000},
			{"spawn_many_remote", true, "spawn_many_remote_idle", 10_000},
			{"spawn_many_remote_busy1", true, "spawn_many_remote_busy1", 10_000},
			{"spawn_many_remote_busy2", true, "spawn_many_remote_busy2", 1000},
			{"yield_many", false, "yield_many", 200_000},
			{"ping_pong", false, "ping_pong", 1000},
			{"chained_spawn", false, "chained_spawn", 1000},
		}},
		{"rt_current_thread", 1, false, []bench{
			{"ct_spawn_many", true, "spawn_many_local", 1000},
			{"ct_spawn_many_remote", true, "spawn_many_remote_idle", 1000},
			{"ct_spawn_many_remote_busy", true, "spawn_many_remote_busy", 1000},
		}},
		{"spawn", 1, false, []bench{
			{"spawn_yield_join", false, "threaded_scheduler_spawn", 1},
			{"spawn_yield_join10", false, "threaded_scheduler_spawn10", 10},
			{"ct_spawn_yield_join", true, "basic_scheduler_spawn", 1},
			{"ct_spawn_yield_join10", true, "basic_scheduler_spawn10", 10},
		}},
		{"remote_spawn", ownChoice, false, []bench{
			{"remote_spawn_t1", true, "remote_spawn/threads/1", 12_800},
			{"remote_spawn_t2", true, "remote_spawn/threads/2", 12_800},
		}},
		{"spawn_blocking", ownChoice, false, []bench{
			{"spawn_blocking_c1", false, "spawn_blocking/concurrency/1", 1600},
			{"spawn_blocking_c2", false, "spawn_blocking/concurrency/2", 3200},
		}},
		{"sync_mpsc_oneshot", 1, false, []bench{
			{"ct_request_reply", true, "request_reply", 1000},
			{"request_reply", false, "request_reply", 1000},
		}},
		{"sync_mpsc", 6, true, []bench{
			{"mpsc_create_1", true, "create_medium/1", 1},
			{"mpsc_create_100", true, "create_medium/100", 1},
			{"mpsc_create_100000", true, "create_medium/100000", 1},
			{"mpsc_send_medium_1000", false, "send/medium_1000", 1},
			{"mpsc_send_large_1000", false, "send/large_1000", 1},
			{"mpsc_contention_bounded", false, "contention/bounded", 5000},
			{"mpsc_contention_bounded_recv_many", false, "contention/bounded_recv_many", 5000},
			{"mpsc_contention_bounded_full", false, "contention/bounded_full", 5000},
			{"mpsc_contention_bounded_full_recv_many", false, "contention/bounded_full_recv_many", 5000},
			{"mpsc_contention_unbounded", false, "contention/unbounded", 5000},
			{"mpsc_contention_unbounded_recv_many", false, "contention/unbounded_recv_many", 5000},
			{"mpsc_uncontended_bounded", false, "uncontented/bounded", 5000},
			{"mpsc_uncontended_bounded_recv_many", false, "uncontented/bounded_recv_many", 5000},
			{"mpsc_uncontended_unbounded", false, "uncontented/unbounded", 5000},
			{"mpsc_uncontended_unbounded_recv_many", false, "uncontented/unbounded_recv_many", 5000},
		}},
		{"sync_semaphore", 6, true, []bench{
			{"sem_uncontended", false, "uncontented/multi", 6},
			{"sem_uncontended_concurrent", false, "uncontented/concurrent_multi", 6},
			{"sem_contended_concurrent", false, "contention/concurrent_multi", 6},
			{"ct_sem_uncontended_concurrent", true, "uncontented/concurrent_single", 6},
			{"ct_sem_contended_concurrent", true, "contention/concurrent_single", 6},
		}},
		{"sync_rwlock", 6, true, []bench{
			{"rwlock_read_uncontended", false, "uncontented/read", 6},
			{"rwlock_read_concurrent_uncontended", false, "uncontented/read_concurrent_multi", 6},
			{"rwlock_read_concurrent_contended", false, "contention/read_concurrent_multi", 6},
			{"ct_rwlock_read_concurrent_uncontended", true, "uncontented/read_concurrent", 6},
			{"ct_rwlock_read_concurrent_contended", true, "contention/read_concurrent", 6},
		}},
		{"sync_notify", 6, true, []bench{
			{"notify_one_10", true, "notify_one/10", 500},
			{"notify_one_50", true, "notify_one/50", 500},
			{"notify_one_100", true, "notify_one/100", 500},
			{"notify_one_200", true, "notify_one/200", 500},
			{"notify_one_500", true, "notify_one/500", 500},
			{"notify_waiters_10", true, "notify_waiters/10", 500},
			{"notify_waiters_50", true, "notify_waiters/50", 500},
			{"notify_waiters_100", true, "notify_waiters/100", 500},
			{"notify_waiters_200", true, "notify_waiters/200", 500},
			{"notify_waiters_500", true, "notify_waiters/500", 500},
		}},
		{"time_timeout", 1, false, []bench{
			{"ct_timeout_ready", true, "single_thread_timeout", 1},
			{"ct_sleep_create_drop", true, "single_thread_sleep", 1},
		}},
		{"time_now", 1, false, []bench{
			{"ct_time_now", true, "time_now_current_thread", 1},
		}},
	} {
		for _, b := range s.benches {
			c := Case{Bench: b.row, Impl: "tokio-outside", Peer: "tokio", Program: s.program, ID: b.id, Units: b.units}
			notifies := slices.Contains(notifying, b.row)
			c.Confined = canConfine && (notifies || slices.Contains(waiting, b.row))
			c.Long = notifies || slices.Contains(busy, b.row) || slices.Contains(anew, b.row)
			if b.inTask {
				c.Impl = "tokio"
			}
			switch {
			case s.fixed && built > 0:
				c.Workers = built
			case s.workers != ownChoice:
				c.Workers = s.workers
			default:
				c.Workers = goruntime.NumCPU()
			}
			switch b.row {
			case "remote_spawn_t1", "remote_spawn_t2":
				c.Figure = protocol.SpawningNS
			case "request_reply":
				c.Folder = "request_reply_2" // the second benchmark of that name in its source
			}
			cases = append(cases, c)
		}
	}
	return cases
}
