package cli

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/configserver"
	"github.com/simmer-go/simmer/cmd/internal/fetch"
	"github.com/simmer-go/simmer/cmd/internal/show"
	"github.com/spf13/cobra"
)

const (
	// backoff is the pause before the first retry: a server that restarts behind a balancer is back soon.
	backoff = 200 * time.Millisecond
	// maxRetries last for weeks: more are a slip of the hand.
	maxRetries = 1_000_000
	// closeTimeout bounds the end of the runtime. All that could still be stuck is a disk, and the user has waited enough.
	closeTimeout = 300 * time.Millisecond
)

// fetchFlags are the flags of simmer fetch.
type fetchFlags struct {
	options fetch.Options
	workers int
	caFile  string
}

func newFetch() *cobra.Command {
	var f fetchFlags
	cmd := &cobra.Command{
		Use:   "fetch [URL...]",
		Short: "Download files at the same time",
		Long: `fetch downloads all URLs at the same time, each in a task of its own, and prints a table of what came.

Without URLs it starts three small configuration servers of its own on loopback, and fetches from them. Each begins
to answer after a delay of its own, and sends its file in pieces.

It takes http and https, follows up to 10 redirects, and undoes gzip: the sizes that it prints are those of the
files, not what came over the wire. A file is named after the URL, or as the
server proposes; a second one of the same name gets a number. It shows under its name only when it is complete,
and replaces an earlier file of that name, unless the server has chosen the name.

A download that fails is reported with its reason, and the others go on. What may pass (no connection, a server
that hangs up, status 5xx) is tried again. Ctrl-C, SIGTERM or the end of the terminal cancels the downloads and
removes what is not complete. Output that nobody reads any more stops nothing.

Exit status: 0 all files came, 1 at least one failed (a malformed URL too: the others go on), or a file could not be
read or written, 2 wrong usage, 130 interrupted.`,
		Example: `  simmer fetch
  simmer fetch --sequential
  simmer fetch --out config https://example.com/app.json https://example.org/database.yaml`,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, urls []string) error {
			if err := cmp.Or(checkGiven(cmd, "cacert"), f.check(), f.trust()); err != nil {
				return err
			}
			return f.run(urls, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.options.Dir, "out", "o", "downloads", "directory for the files; made if it is missing")
	flags.DurationVarP(&f.options.Timeout, "timeout", "t", 30*time.Second, "time for one download, with its retries; 0: no limit")
	flags.IntVarP(&f.options.Retries, "retries", "r", 2, "how often a failed download is tried again")
	flags.BoolVar(&f.options.Sequential, "sequential", false, "download one file after the other: the slow way")
	flags.StringVar(&f.caFile, "cacert", "", "PEM file of certificate authorities to trust beside the system's")
	workersFlag(cmd, &f.workers)
	noValues(cmd, "timeout", "retries")
	must(cmd.MarkFlagDirname("out"))
	must(cmd.MarkFlagFilename("cacert", "pem", "crt"))
	return cmd
}

// check reports what is wrong with the flags' values.
func (f *fetchFlags) check() error {
	switch {
	case f.options.Dir == "":
		return errors.New("--out must name a directory")
	case f.options.Timeout < 0:
		return fmt.Errorf("--timeout must not be negative: %v", f.options.Timeout)
	case f.options.Retries < 0:
		return fmt.Errorf("--retries must not be negative: %d", f.options.Retries)
	case f.options.Retries > maxRetries:
		return fmt.Errorf("--retries must be at most %d: %d", maxRetries, f.options.Retries)
	}
	return checkWorkers(f.workers)
}

// trust reads the certificate authorities.
func (f *fetchFlags) trust() error {
	if f.caFile == "" {
		return nil
	}
	pool, err := readAuthorities(f.caFile)
	if err != nil {
		return &exit{exitFailed, fmt.Errorf("--cacert: %w", err)}
	}
	f.options.RootCAs = pool
	return nil
}

// readAuthorities returns the system's certificate authorities and those of a PEM file.
func readAuthorities(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without any
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", path)
	}
	return pool, nil
}

// run makes the downloads and prints what came.
func (f *fetchFlags) run(urls []string, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	defer stop()
	rt, err := newRuntime(simmer.Config{Workers: f.workers, CloseTimeout: closeTimeout})
	if err != nil {
		return err
	}
	defer rt.Close() // the command ends; what could be stuck ends with it
	if len(urls) == 0 {
		if urls, err = ownServers(ctx, rt, f.options.Dir, stdout); err != nil {
			return &exit{status: exitFailed, err: err}
		}
	}
	var progress interface {
		Ended(*fetch.Download)
		Stop()
	}
	f.options.Backoff = backoff
	f.options.Ended = func(d *fetch.Download) { progress.Ended(d) }
	batch := fetch.New(urls, f.options)
	if out := terminal(stdout); out != nil {
		progress = show.NewBars(out, batch.Downloads)
	} else {
		progress = &show.Lines{Out: stdout, Err: stderr}
	}
	err = batch.Run(ctx, rt)
	progress.Stop()
	if err != nil && ctx.Err() == nil {
		return &exit{status: exitFailed, err: err}
	}
	fmt.Fprintln(stdout)
	show.Table(stdout, batch.Downloads)
	show.Total(stdout, batch, f.options.Sequential)
	switch {
	case ctx.Err() != nil:
		return &exit{status: exitInterrupted, err: errors.New("interrupted")}
	case batch.Failed() > 0:
		return &exit{status: exitFailed} // the downloads have been reported one by one
	}
	return nil
}

// ownServers starts the three configuration servers, says so, and returns their URLs.
func ownServers(ctx context.Context, rt *simmer.Runtime, dir string, stdout io.Writer) ([]string, error) {
	servers, err := configserver.Start(ctx, rt)
	if err != nil {
		return nil, fmt.Errorf("cannot start the configuration servers: %w", err)
	}
	fmt.Fprintf(stdout, "No URLs given: fetching from three servers of its own into %s\n", dir)
	var urls []string
	for _, s := range servers {
		fmt.Fprintf(stdout, "  answers after %d ms, in pieces for %d ms more: %s\n", s.Delay.Milliseconds(), configserver.SendTime.Milliseconds(), s.URL)
		urls = append(urls, s.URL)
	}
	fmt.Fprintln(stdout)
	return urls, nil
}
