package benchcmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/workload"
)

// List writes a line for each workload that filter matches, of all if it is empty: its group, its name and its unit of work. A long
// list has wide lines, which tell who has a row of it and whose shape it has, too.
func List(out io.Writer, filter string, isLong bool) error {
	all := workload.All()
	if filter != "" {
		var err error
		if all, err = choose(all, filter); err != nil {
			return err
		}
	}
	lines := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	title := "GROUP\tNAME\tUNIT OF WORK"
	if isLong {
		title += "\tIMPLS\tSHAPE OF"
	}
	fmt.Fprintln(lines, title)
	for _, w := range all {
		line := w.Group + "\t" + w.Name + "\t" + w.Unit
		if isLong {
			line += "\t" + strings.Join(impls(w), " ") + "\t" + w.Source
		}
		fmt.Fprintln(lines, line)
	}
	return lines.Flush()
}

func impls(w workload.Workload) (names []string) {
	for _, impl := range w.Impls {
		names = append(names, impl.Name)
	}
	return append(names, w.Elsewhere...)
}

// PeerNames returns the names that --peers knows.
func PeerNames() []string { return peers.Names(peers.All()) }
