// Package workload says what the benchmarks do: each workload once, with its unit of work, its constants, its check, and one
// body for each runtime that this program has. The shapes are those of tokio's own benchmarks, so that the bodies can be laid
// beside them line by line.
//
// # How to add a workload
//
//  1. Write a function that returns its definition, in the file of its family, and name it in All.
//  2. Write one body for each runtime with the same constants: Start for what is timed, Probe for memory and latency. The name
//     of an Impl must be known to package gopeer, which says in what process it runs.
//  3. A body returns its check: a number that it has computed from the work itself and that every runtime computes alike.
//  4. Write the same body in the peers that are other programs, with the definition's name and constants, add the row to
//     their hello, and name the impl in Elsewhere.
//
// Runner, table, JSON lines, HTML report and comparison take the rest from the definition.
package workload
