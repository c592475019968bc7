// Package protocol is how the runner of the benchmarks talks with a peer: a process that runs workloads on one runtime.
//
// A peer is a process of its own, so that its heap, its collector and its threads disturb no other peer. The runner starts one for
// each sample, and ends it. Both sides write one JSON object a line. The peer reads its standard input and answers on its
// standard output; its standard error is for people. It ends with status 0 when its standard input is closed.
//
// # Start
//
// The runner starts
//
//	PEER... --workers N
//
// and the peer's first line says who it is and what it can run:
//
//	{"peer":"tokio","version":"tokio 1.53.1, rustc 1.95.0","workers":2,"rows":[{"bench":"spawn_many","impl":"tokio"}]}
//
// impl tells the ways of one peer apart. "tokio" drives the body from a task on a worker, "tokio-outside" from a thread that is
// no worker, which is the shape of tokio's own benchmarks. A bench that the runner does not know is ignored. workers is N, unless the
// peer has a number of its own; the rows tell what it says.
//
// # Run
//
// The runner asks for whole iterations of a workload's body, and waits for the answer before it asks again:
//
//	{"id":1,"op":"run","bench":"spawn_many","impl":"tokio","iterations":40}
//	{"id":1,"units":400000,"wall_ns":8000000,"cpu_ns":15000000,"allocs":400000,"bytes":38400000,"rss_bytes":9000000,"check":400000}
//	{"id":2,"error":"out of descriptors"}
//
// What the iterations share (the runtime, its channels) is built before the clock starts, at the latest at the first request,
// and kept for the next.
//
//   - units: iterations times the units of work in one iteration.
//   - wall_ns: time of the iterations alone.
//   - cpu_ns: user and system time of the process meanwhile; 0 where the system does not tell.
//   - allocs, bytes: heap allocations and their bytes meanwhile; absent where unknown.
//   - rss_bytes: resident memory of the process at the end; absent where unknown.
//   - check: the sum over the iterations of what a body computes; it must be iterations times the check of the workload's
//     definition, so that nothing can be left out by a compiler. For the core rows it is the number of units done, as the
//     bodies count them.
//   - extra: further figures by name; see Answer.
//
// # Probes
//
// Some workloads measure memory or latency and not the time of an operation. They are run by the same request, in a process
// that has run nothing before. iterations is then the scale: how many tasks sleep, how many wakes are measured. The peer does
// the whole once, at this scale; units is what was counted, usually the scale; check is that of the definition for this scale;
// the figures stand in extra under the names of Answer.
//
// # Errors
//
// A request that cannot be carried out is answered with error, and the peer goes on. A peer that ends, or does not answer in
// time, is killed; the runner reports the row with the first lines of its standard error and goes on with the other peers.
package protocol
