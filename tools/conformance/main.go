// Command conformance keeps docs/conformance.md: which of tokio's behaviours, tests and features, and which claims of the article on task
// runtimes, are covered by which test of ours, and why the others are not.
//
//	conformance [-root DIR] [-write]
//
// What it knows comes from two places. A comment above a test, or inside it, names what is ported:
//
//	// tokio: T92 tests/sync_mpsc.rs send_recv_buffer_limited: a send beyond the capacity waits for a receive
//	// covers: F115 F118
//
// The first form is one behaviour: tokio's file, its test, and what that asserts in a few words; rows of the tables (T92) may
// stand before the file. The second form says which rows the test covers. The rows themselves, with the reason for each that
// has no test of ours, are in rows.tsv beside this file.
//
// Without -write it checks that the page is what these say, that no row is empty, and that every row named exists.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// pageName is the page below the root that is kept.
const pageName = "docs/conformance.md"

//go:embed rows.tsv
var rowsText string

func main() {
	root := flag.String("root", ".", "the repository's `directory`")
	write := flag.Bool("write", false, "write "+pageName+" anew instead of checking it")
	flag.Parse()
	if err := run(*root, *write); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(root string, write bool) error {
	rows, err := parseRows(rowsText)
	if err != nil {
		return err
	}
	claims, err := scan(root)
	if err != nil {
		return err
	}
	text, err := page(rows, claims)
	if err != nil {
		return err
	}
	name := filepath.Join(root, pageName)
	if write {
		return os.WriteFile(name, []byte(text), 0o644)
	}
	present, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if string(present) != text {
		return fmt.Errorf("%s is stale: run make conformance", pageName)
	}
	return nil
}
