package fetch

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// errDiscarded is returned to a blocking call that begins after its download has ended. Nobody sees it.
var errDiscarded = errors.New("download has ended")

// partial is a file in the making. It has a hidden name of its own beside the final one until commit renames it; the same
// directory, because a rename is atomic only within one file system.
//
// Ownership. write and commit block: they run on the blocking pool, under mu. discard comes from a worker, also beside a call
// that is in flight, because an aborted task does not wait for it; so discard never waits for mu.
//
// Order. discard says ended (D1) and then tries mu (D2); a call lets go of mu (C1) and then looks at ended (C2). If D2 fails,
// C1 and C2 are still to come, and the call cleans up.
type partial struct {
	dir   string
	ended atomic.Bool // nothing more is written

	mu   sync.Mutex
	file *os.File // nil: not made, or committed or removed
	size int64
}

// write appends b. The first write, of any length, makes the file.
func (p *partial) write(b []byte) error {
	return p.unlessEnded(func() error {
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
	})
}

// commit gives the file, which is complete, its final name. It replaces an earlier file of that name. Whatever comes beside
// it, it tells the truth: nil if the file stands under that name.
func (p *partial) commit(name string) error {
	return p.unlessEnded(func() error {
		p.ended.Store(true)
		err := p.file.Close() // a network file system may report a full disk only here
		if err == nil {
			err = os.Rename(p.file.Name(), filepath.Join(p.dir, name))
		}
		if err != nil {
			os.Remove(p.file.Name())
		}
		p.file = nil
		return err
	})
}

// unlessEnded calls fn with mu held, unless the download has ended.
func (p *partial) unlessEnded(fn func() error) error {
	p.mu.Lock()
	err := errDiscarded
	if !p.ended.Load() {
		err = fn()
	}
	p.mu.Unlock()       // C1
	if p.ended.Load() { // C2
		p.cleanUp()
	}
	return err
}

// discard removes the file unless it is committed: at once, or as soon as the call that is in flight returns. Any goroutine.
func (p *partial) discard() {
	p.ended.Store(true) // D1
	p.cleanUp()
}

// cleanUp removes the file, or leaves that to who holds mu.
func (p *partial) cleanUp() {
	if !p.mu.TryLock() { // D2
		return
	}
	defer p.mu.Unlock()
	if p.file != nil {
		p.file.Close()
		os.Remove(p.file.Name())
		p.file = nil
	}
}

// exists reports whether the directory has a file of that name.
func (p *partial) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(p.dir, name))
	return err == nil
}
