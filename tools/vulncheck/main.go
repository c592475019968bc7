// Command vulncheck runs govulncheck on the packages of each folder that it is given, and fails if it finds a known
// vulnerability that is reached, or fails itself.
//
//	vulncheck -tool bin/govulncheck [-db URL] DIR...
//
// Where the database cannot be reached, at a desk without internet for example, it says so loudly and succeeds: nothing
// can be said then about the code. Only the probe may skip; whatever govulncheck itself reports counts.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// probeTime bounds the wait for a database that does not answer.
const probeTime = 10 * time.Second

func main() {
	tool := flag.String("tool", "govulncheck", "the govulncheck `command`")
	db := flag.String("db", "https://vuln.go.dev", "`URL` of the database")
	flag.Parse()
	if err := run(*tool, *db, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "vulncheck:", err)
		os.Exit(1)
	}
}

func run(tool, db string, dirs []string, out io.Writer) error {
	if len(dirs) == 0 {
		return errors.New("no folder given")
	}
	if err := probe(db); err != nil {
		fmt.Fprintf(out, "\n*** SKIPPED: govulncheck. Its database %s cannot be reached: %v ***\n\n", db, err)
		return nil
	}
	tool, err := filepath.Abs(tool)
	if err != nil {
		return err
	}
	var failures []error
	for _, dir := range dirs {
		cmd := exec.Command(tool, "-db", db, "./...")
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
		if err := cmd.Run(); err != nil {
			failures = append(failures, fmt.Errorf("govulncheck in %s: %w", dir, err))
		}
	}
	return errors.Join(failures...)
}

// probe reports why the database cannot be asked. A page that is no JSON is a proxy's refusal, not a database.
func probe(db string) error {
	if strings.HasPrefix(db, "file:") {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, db+"/index/db.json", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	var index struct {
		Modified time.Time `json:"modified"`
	}
	if err := json.NewDecoder(response.Body).Decode(&index); err != nil {
		return fmt.Errorf("the answer is not a database's: %w", err)
	}
	return nil
}
