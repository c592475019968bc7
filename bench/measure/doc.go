// Package measure runs workloads on peers and makes figures of what they answer.
//
// A timed workload is measured in rounds: in each, every way to run it takes one sample of at least 20 ms by default, in another order
// each time, so that what disturbs the machine disturbs all alike. Each sample has a process of its own, started for it and warmed
// up; a probe's is not warmed up. Processes are started under names of drawn lengths: see DrawName.
//
// The load that others put on the machine is watched from a round's first process to its last. A round that was disturbed is taken
// again, some times; a row that stays disturbed says so in its note. So does a peer that fails, hangs or computes something else; the
// others go on.
package measure
