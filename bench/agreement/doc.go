// Package agreement lays the runner's figures beside those of harnesses that are not ours: criterion for tokio, whose published
// benchmarks the bodies of package workload mirror, and the testing package for what runs in Go. [Main] is the whole tool; the
// command of bench/cmd/agreement is nothing else.
//
// # What is compared
//
// The least time of a unit of work. Both harnesses take samples of at least 20 ms of whole iterations, after a warm-up, in a
// process that runs nothing else, and the runner of package measure is the one that simmer bench has. What criterion has
// measured in less is left out: its samples grow from one iteration to many, and a minimum over short ones lies lower. Rows
// agree if the larger minimum is at most 15 % above the smaller one.
//
// The two take turns: a round is a run of each for every row, in an order that is drawn anew, and the minimum is over all
// rounds. So what changes on the machine meanwhile changes both. Some rows depend on where a process, and a runtime in it, happen
// to lie: so each harness starts a process for each sample, and all draw lots equally often. Tokio's yield_many and
// chained_spawn make a new runtime for each sample of criterion's, and so do our tokio-outside rows of them. All are started under names of
// drawn lengths: see measure.DrawName.
//
// Where the machine itself changes by more than 15 % from one second to the next, minima of the two sides may come from different times. So
// the table also has the ratio of the two minima of a round, in the median of the rounds.
//
// The settings of glibc's allocator in the environment reach both sides; there should be none. One that keeps what was freed, and takes much
// at a time, has each new thread fault in what it takes: chained_spawn was at 1.4 for that alone.
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
