// Package agreement lays the runner's figures beside those of harnesses that are not ours: criterion for tokio, whose published
// benchmarks the bodies of package workload mirror, and the testing package for what runs in Go. [Main] is the whole tool; the
// command of bench/cmd/agreement is nothing else.
//
// # What is compared
//
// The least time of a unit of work. Both harnesses take samples of whole iterations, after a warm-up, in a process that measures
// nothing else, and the runner of package measure is the one that simmer bench has. Its samples last at least 20 ms. Criterion's
// grow from one iteration to many, and a minimum over short ones lies lower: of those of a process the first counts that lasts
// 20 ms if each iteration takes what it does in their mean. Rows agree if the larger minimum is at most 15 % above the smaller one.
//
// The two take turns: a round is a run of each for every row, in an order that is drawn anew, and the minimum is over all
// rounds. So what changes on the machine meanwhile changes both. Some rows depend on where a process, and a runtime in it, happen
// to lie: so each harness starts a process for each sample, and all draw lots equally often. All are started under names of
// drawn lengths: see measure.DrawName.
//
// Where the machine itself changes by more than 15 % from one second to the next, minima of the two sides may come from different times. So
// the table also has the ratio of the two minima of a round, in the median of the rounds.
//
// Both sides keep the memory that they free, unless the environment has a limit of glibc's allocator. simmer bench leaves the
// allocator as it is.
//
// # What a process of criterion's does besides
//
// It builds what its other benchmarks need, such as runtimes and waiting tasks, before it leaves them out. And request_reply is the
// name of two benchmarks: that of one thread comes first in each process of the other.
//
// A runtime's threads are placed otherwise for their first 30 ms: a link of chained_spawn takes 440 ns then, and 230 afterwards.
// Criterion's samples of yield_many, chained_spawn and spawn_blocking begin with a new runtime each, so those that count last
// 400 ms. (Those of remote_spawn do so too, but its spawning threads are new in each iteration, on both sides.)
//
// # Rows that draw lots
//
// Where threads hand work to each other, Linux decides whether they share a processor, and decides again whenever one wakes. A request and
// its reply take 2 us on one processor, and 72 us on two of a virtual machine, where each wake is one of a halted processor. And glibc's
// allocator goes by what happens to lie on the heap: to make a channel takes criterion's process 148 ns under 12 of 128 lengths of its name,
// 196 under the others, and the peer 177. A minimum over some rounds is then that of who has drawn the better lot. On one processor, with an
// allocator that goes by size alone, there is little to draw:
//
//	LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 taskset -c 0 make agreement ...
//
// Left out there: remote_spawn_t2 and spawn_blocking_c2, which tokio's benches do not have on one processor; spawn_many_remote_busy* and
// notify_*, which spin beside the workers; and the rows of Go, which would have one worker.
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
