package measure

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
)

const (
	// helloLimit is the longest time that a peer may take to start: a page cache may be cold, a machine busy.
	helloLimit = 20 * time.Second
	// endLimit is how long a peer may take to give back what it holds once its input is closed.
	endLimit = 5 * time.Second
)

// names is the number of lengths that DrawName draws from: more than an allocator's size classes of small strings.
const names = 128

// DrawName returns the name under which a program is to be started: its own with some letters more. Its length alone decides some
// rows: Tokio's yield_many took 60 to 90 ns a yield under names of up to 56 bytes and of 73 to 88, and 130 to 170 under those of 57 to 71
// and from 89 on, in nearly all processes. These are size classes of glibc's allocator, so perhaps it is what comes to lie beside a copy of
// the arguments. A length that is drawn for each process makes that a part of the samples. (Mytkowicz and others, Producing wrong data
// without doing anything obviously wrong!, 2009.) A peer that starts itself again asks os.Executable for its path.
func DrawName(name string) string { return name + strings.Repeat("-", rand.IntN(names)) }

// process is a peer that runs. Not for concurrent use.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte // closed at the end of the peer's output
	said    said
	last    int64 // the last request's ID
	Hello   protocol.Hello
	stopped bool
}

// start starts the peer and waits for its hello.
func start(ctx context.Context, argv []string, workers int) (*process, error) {
	p := &process{lines: make(chan []byte, 1)}
	p.cmd = exec.Command(argv[0], append(argv[1:len(argv):len(argv)], "--workers", strconv.Itoa(workers))...)
	p.cmd.Args[0] = DrawName(p.cmd.Args[0])
	p.cmd.Stderr = &p.said
	p.cmd.WaitDelay = endLimit // whoever inherited the peer's standard error must not hold us
	apart(p.cmd)
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.in = in
	go p.read(out) // ends when the peer's output ends, which stop sees to
	line, err := p.line(ctx, helloLimit)
	if err == nil {
		if err = json.Unmarshal(line, &p.Hello); err != nil {
			err = fmt.Errorf("hello is not JSON: %w", err)
		}
	}
	if err != nil {
		p.kill()
		return nil, p.explain(err)
	}
	return p, nil
}

func (p *process) read(out io.Reader) {
	defer close(p.lines)
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		p.lines <- line
	}
}

// errEnded says that a peer has gone.
var errEnded = errors.New("the process ended")

// line waits for the peer's next line.
func (p *process) line(ctx context.Context, limit time.Duration) ([]byte, error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return nil, errEnded
		}
		return line, nil
	case <-timer.C:
		return nil, fmt.Errorf("no answer in %v", limit)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// run asks for iterations of a row and waits for the answer. After an error that the peer has not answered itself it is dead.
func (p *process) run(ctx context.Context, row protocol.Row, iterations int64, limit time.Duration) (protocol.Answer, error) {
	if p.stopped {
		return protocol.Answer{}, errEnded
	}
	p.last++
	request := protocol.Request{ID: p.last, Op: protocol.OpRun, Bench: row.Bench, Impl: row.Impl, Iterations: iterations}
	answer, err := p.ask(ctx, request, limit)
	if err != nil {
		p.kill()
		return protocol.Answer{}, p.explain(err)
	}
	if answer.Error != "" {
		return protocol.Answer{}, errors.New(answer.Error)
	}
	return answer, nil
}

func (p *process) ask(ctx context.Context, request protocol.Request, limit time.Duration) (answer protocol.Answer, err error) {
	// A peer that has ended is told by the end of its output, with what it said first, and not by a broken pipe.
	_ = json.NewEncoder(p.in).Encode(request)
	line, err := p.line(ctx, limit)
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return answer, fmt.Errorf("answer is not JSON: %w", err)
	}
	if answer.ID != request.ID {
		return answer, fmt.Errorf("answer has id %d, not %d", answer.ID, request.ID)
	}
	return answer, nil
}

// stop closes the peer's input and waits for its end. It kills a peer that does not end.
func (p *process) stop() {
	if p.stopped {
		return
	}
	p.in.Close()
	timer := time.AfterFunc(endLimit, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	p.reap()
}

// kill ends the peer at once.
func (p *process) kill() {
	if !p.stopped {
		_ = p.cmd.Process.Kill()
		p.reap()
	}
}

// reap reads what is left and gives back what the process held.
func (p *process) reap() {
	for range p.lines {
	}
	_ = p.cmd.Wait()
	p.stopped = true
}

// explain adds how the peer ended and the beginning of what it said. The peer has ended.
func (p *process) explain(err error) error {
	if errors.Is(err, errEnded) {
		err = fmt.Errorf("%w (%s)", err, p.cmd.ProcessState)
	}
	if said := p.said.beginning(); said != "" {
		return fmt.Errorf("%w: %s", err, said)
	}
	return err
}
