package show

import (
	"fmt"
	"io"

	"github.com/simmer-go/simmer/cmd/internal/fetch"
)

// Lines tells of each download when it has ended, in one line: of success to Out, of failure to Err.
type Lines struct {
	Out, Err io.Writer
}

// Ended writes the line.
func (l *Lines) Ended(d *fetch.Download) {
	r := d.Result
	if r.Err != nil {
		fmt.Fprintf(l.Err, "failed %s: %s\n", printable(d.URL), printable(r.Err.Error()))
		return
	}
	fmt.Fprintf(l.Out, "done %s %d %d B %d ms\n", printable(r.File), r.Status, r.Bytes, millis(r.Took))
}

// Stop does nothing: there is nothing to finish.
func (l *Lines) Stop() {}
