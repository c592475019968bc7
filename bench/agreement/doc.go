// Package agreement lays the runner's figures beside those of harnesses that are not ours: criterion for tokio, whose published
// benchmarks the bodies of package workload mirror, and the testing package for what runs in Go. [Main] is the whole tool; the
// command of bench/cmd/agreement is nothing else.
//
// # What is compared
//
// The least time of a unit of work. Both harnesses take samples of whole iterations, after a warm-up, in a process that measures
// nothing else, and the runner of package measure is the one that simmer bench has. Its samples last at least 20 ms, those of some rows 400 ms.
// Criterion's grow from one iteration to many, and a minimum over short ones lies lower: of those of a process the first counts that lasts
// as long if each iteration takes what it does in their mean. Rows agree if the larger minimum is at most 15 % above the smaller one.
//
// The two take turns: a round is a run of each for every row, in an order that is drawn anew, and the minimum is over all
// rounds. So what changes on the machine meanwhile changes both, and no sample is taken again because it was disturbed, on either side. Some rows
// depend on where a process, and a runtime in it, happen to lie: so each harness starts a process for each sample, and all draw lots equally often. All are
// started under names of drawn lengths: see measure.DrawName.
//
// A minimum counts as settled once three samples, of two rounds or more, lie within 5 % of it (the K-best scheme of Bryant and O'Hallaron). A row is measured for a
// fixed number of rounds, and then until both minima are settled, for five times as many rounds at most by default. How they stand to each other has no part in
// that. The table notes what has not settled.
//
// Where the machine itself changes by more than 15 % from one second to the next, minima of the two sides may come from different times. So
// the table also has the ratio of the two minima of a round, in the median of the rounds.
//
// # Rows that draw lots
//
// Where sleeping threads are woken all the time, the time of a unit is made of where Linux puts them: a request and its reply take 2 us on one processor, and 72 us
// on two of a virtual machine, where each wake is one of a halted processor. It decides anew for each process or more often, and a fast lot is rare. So a minimum is
// that of the harness which happened to draw one: on two none of these rows settles in three rounds, and minima lie apart by up to a factor of five while most medians are alike.
// Both sides of these rows of tokio run on one processor, where there is nothing to choose (Linux alone can do that; AGREEFLAGS=-free turns it off):
//
//   - A thread waits for another for at most ten units at a time, outside the runtime: spawn_yield_join, spawn_yield_join10, request_reply, sem_*_concurrent and
//     rwlock_read_concurrent_* of several threads.
//   - A thread spins while it wakes workers: notify_one_* and notify_waiters_*.
//
// simmer bench runs them on all processors. Of their figures there the comparison shows nothing but that the bodies, and the ways to measure, are alike.
//
// Samples are long, two a round in place of five, where 20 ms are too short for a mean of what Linux does with threads:
//
//   - They are more than the processors, and have slices of 3 ms: spawn_many_remote_busy1, _busy2 and notify_*.
//   - They are new in each of criterion's samples, while a row's are as old as its process: yield_many, chained_spawn, remote_spawn_* and spawn_blocking_* of tokio. In
//     their first 30 ms they are placed otherwise: a link of chained_spawn takes 440 ns then, and 230 afterwards.
//   - They fight for one lock, as goroutines do that yield: yield_many, timeout_yield_1000tasks and sem_contended_hold of goroutines.
//
// Which rows are of these kinds was found with runs that were out; from then on the lists hold beforehand.
//
// And glibc's allocator goes by what happens to lie on the heap: to make a channel takes criterion's process 148 ns under 12 of 128 lengths of its name,
// 196 under the others, and the peer 177. An allocator that goes by size alone leaves less to draw, with 119 to 124 ns in both:
//
//	LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 make agreement ...
//
// Both sides keep the memory that they free, unless the environment has a limit of glibc's allocator. simmer bench leaves the
// allocator as it is.
//
// # What a process of criterion's does besides
//
// It builds what its other benchmarks need, such as runtimes and waiting tasks, before it leaves them out. And request_reply is the
// name of two benchmarks: that of one thread comes first in each process of the other.
//
// # What criterion's side needs
//
// The folder in which cargo has built tokio's benches, with the version of tokio and the profile of bench/peers/tokio:
//
//	git clone https://github.com/tokio-rs/tokio && cd tokio/benches
//	# in Cargo.toml: tokio = "=1.54.1" without its path; [profile.bench] lto = "fat", codegen-units = 1; [workspace]
//	# on a machine of two cores: worker_threads(2), NUM_WORKERS = 2, and TOKIOWORKERS=2 below, or 4 and 6 threads draw lots for them
//	cargo bench --no-run
//	make agreement CRITERION=.../tokio/benches/target AGREEMENT=/tokio
package agreement
