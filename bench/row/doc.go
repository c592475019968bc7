// Package row is one line of the results: what was measured, and its figures per unit of work. Rows are kept as JSON lines, one
// object a row, and compared with those of an earlier run.
package row
