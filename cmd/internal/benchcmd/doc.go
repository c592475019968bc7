// Package benchcmd is what simmer bench does: it finds the peers, measures with a sign of progress, and writes the reports.
package benchcmd
