package echo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

const (
	// startLimit is the longest time that a server may take to listen: a page cache may be cold, a machine busy.
	startLimit = 20 * time.Second
	// waitDelay is how long the output of a killed process is waited for.
	waitDelay = time.Second
)

// running is a server's process.
type running struct {
	cmd     *exec.Cmd
	kill    context.CancelFunc
	stderr  bytes.Buffer // readable after stop
	address string
}

// start starts the server and waits until it listens. It is killed when ctx ends.
func start(ctx context.Context, server Server) (*running, error) {
	if len(server.Command) == 0 {
		return nil, errors.New("the server has no command")
	}
	ctx, kill := context.WithCancel(ctx)
	r := &running{cmd: exec.CommandContext(ctx, server.Command[0], server.Command[1:]...), kill: kill}
	r.cmd.Stderr, r.cmd.WaitDelay = &r.stderr, waitDelay
	bind(r.cmd)
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		kill()
		return nil, err
	}
	late := time.AfterFunc(startLimit, kill)
	r.address, err = readAddress(out)
	if !late.Stop() {
		err = fmt.Errorf("does not listen after %v", startLimit)
	}
	if err != nil {
		return nil, r.explain(err)
	}
	return r, nil
}

// readAddress reads the server's first line.
func readAddress(out io.Reader) (string, error) {
	line, err := bufio.NewReader(out).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return "", errors.New("ended before it listened")
	}
	if err != nil {
		return "", err
	}
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		return "", fmt.Errorf("says %q instead of where it listens", line)
	}
	return address, nil
}

// stop kills the server. Twice is once.
func (r *running) stop() {
	r.kill()
	r.cmd.Wait() // it was killed: its status tells nothing
}

// explain stops the server and adds its last words to err.
func (r *running) explain(err error) error {
	r.stop()
	return withWords(err, r.stderr.String())
}

func withWords(err error, stderr string) error {
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}

// client runs the load in a process of its own.
func (s *Suite) client(ctx context.Context, l load) (figures, error) {
	arguments := s.self(append([]string{loadMode}, l.arguments()...)...)
	cmd := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &stdout, &stderr, waitDelay
	bind(cmd)
	var f figures
	if err := cmd.Run(); err != nil {
		return f, withWords(err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), &f); err != nil {
		return f, fmt.Errorf("answer is not JSON: %w", err)
	}
	return f, nil
}
