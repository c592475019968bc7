package fetch

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// errDiscarded is returned to a blocking call that begins after its download has ended. Nobody sees it.
var errDiscarded = errors.New("download has ended")

// partial is a file in the making. It has a hidden name of its own beside the final one until commit renames it; the same
// directory, because a rename is atomic only within one file system.
//
// Its methods block: write and commit are called on the blocking pool. Since an aborted task does not wait for a blocking
// call that has begun, discard may come beside them: mu lets it wait for the call, and ended makes a later one do nothing.
type partial struct {
	dir string
	mu  sync.Mutex

	file  *os.File
	size  int64
	ended bool
}

// write appends b. The first write, of any length, makes the file.
func (p *partial) write(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return errDiscarded
	}
	if p.file == nil {
		// The random part has 26 letters: O_EXCL fails only for a reason that another name would not change.
		path := filepath.Join(p.dir, ".simmer-"+rand.Text()+".part")
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		p.file = file
	}
	n, err := p.file.Write(b)
	p.size += int64(n)
	return err
}

// commit gives the file, which is complete, its final name. It replaces an earlier file of that name.
func (p *partial) commit(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return errDiscarded
	}
	p.ended = true
	err := p.file.Close() // a network file system may report a full disk only here
	if err == nil {
		err = os.Rename(p.file.Name(), filepath.Join(p.dir, name))
	}
	if err != nil {
		os.Remove(p.file.Name())
	}
	return err
}

// discard removes the file unless it is committed. Any goroutine.
func (p *partial) discard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	if p.file != nil {
		p.file.Close()
		os.Remove(p.file.Name())
	}
}

// exists reports whether the directory has a file of that name.
func (p *partial) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(p.dir, name))
	return err == nil
}
