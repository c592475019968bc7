package guard

import (
	"bufio"
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"time"
)

const (
	// command is the package of the program.
	command = "github.com/simmer-go/simmer/bench/cmd/guard"
	// probeMode is the argument that has the program run the path that is named after it.
	probeMode = "probe"
	// waitDelay is how long the output of a killed process is waited for.
	waitDelay = time.Second
)

// program is the executable whose instructions are counted.
type program struct {
	dir      string // holds the executable and the profiles
	valgrind string
	built    string // what the counts depend on besides the library, in the form of a file's name
}

// build builds the program in dir. Nothing in the user's environment changes what is built, but the choice of Go itself.
func build(ctx context.Context, dir, valgrind string) (*program, error) {
	p := &program{dir: dir, valgrind: valgrind}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-pgo=off", "-ldflags=-w", "-o", p.file(), command)
	// A binary without cgo starts no thread of C, and the lowest level of a processor is one that valgrind knows.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOOS="+goruntime.GOOS, "GOARCH="+goruntime.GOARCH,
		"GOAMD64=v1", "GOARM64=v8.0")
	if err := run(cmd, io.Discard); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	info, err := buildinfo.ReadFile(p.file())
	if err != nil {
		return nil, err
	}
	p.built = fmt.Sprintf("%s_%s_%s", goruntime.GOOS, goruntime.GOARCH, info.GoVersion)
	return p, nil
}

func (p *program) file() string { return filepath.Join(p.dir, "guard") }

// count runs a path under callgrind and returns the instructions of one operation.
func (p *program) count(ctx context.Context, of *path) (float64, error) {
	profile := filepath.Join(p.dir, "profile")
	cmd := exec.CommandContext(ctx, p.valgrind, "-q", "--tool=callgrind", "--callgrind-out-file="+profile, "--dump-before="+markName,
		p.file(), probeMode, of.name)
	cmd.Dir = p.dir // where no .valgrindrc is
	cmd.Env = []string{"GODEBUG=asyncpreemptoff=1,cpu.all=off", "GOGC=off", "GOMAXPROCS=1"}
	if err := run(cmd, io.Discard); err != nil {
		return 0, fmt.Errorf("path %s under valgrind: %w", of.name, err)
	}
	part, err := os.Open(profile + "." + strconv.Itoa(countedPart))
	if err != nil {
		return 0, fmt.Errorf("path %s: valgrind has not seen its marks: %w", of.name, err)
	}
	defer part.Close()
	instructions, err := total(part)
	if err != nil {
		return 0, fmt.Errorf("path %s: %w", of.name, err)
	}
	return float64(instructions) / float64(of.iterations*of.operations), nil
}

// total reads the number of instructions in one part of a callgrind profile.
func total(profile io.Reader) (int64, error) {
	events := ""
	lines := bufio.NewScanner(profile)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimSpace(value)
		switch key {
		case "events":
			events = value
		case "totals":
			if events != "Ir" {
				return 0, fmt.Errorf("the profile counts %q, must count Ir", events)
			}
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n <= 0 {
				return 0, fmt.Errorf("the profile's total is %q", value)
			}
			return n, nil
		}
	}
	if err := lines.Err(); err != nil {
		return 0, fmt.Errorf("the profile cannot be read: %w", err)
	}
	return 0, errors.New("the profile has no total: valgrind has not finished it")
}

// maxLine bounds a line of a profile. The names of generic functions are long.
const maxLine = 1 << 20

// run runs cmd. Its error ends with what the process said last.
func run(cmd *exec.Cmd, stdout io.Writer) error {
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = stdout, &stderr, waitDelay
	err := cmd.Run()
	if err == nil {
		return nil
	}
	said := strings.TrimSpace(stderr.String())
	if said == "" {
		return err
	}
	return fmt.Errorf("%w:\n%s", err, said)
}
