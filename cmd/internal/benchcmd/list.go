package benchcmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/workload"
)

// List writes a line for each workload.
func List(out io.Writer, all []workload.Workload) error {
	lines := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(lines, "GROUP\tNAME\tUNIT OF WORK\tIMPLS\tSHAPE OF")
	for _, w := range all {
		var impls []string
		for _, impl := range w.Impls {
			impls = append(impls, impl.Name)
		}
		impls = append(impls, w.Elsewhere...)
		fmt.Fprintf(lines, "%s\t%s\t%s\t%s\t%s\n", w.Group, w.Name, w.Unit, strings.Join(impls, " "), w.Source)
	}
	return lines.Flush()
}

// PeerNames returns the names that --peers knows.
func PeerNames() []string { return peers.Names(peers.All()) }
