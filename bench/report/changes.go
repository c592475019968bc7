package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/simmer-go/simmer/bench/row"
)

// Changes writes what has changed since an earlier run, whose rows came from the file name.
func Changes(out io.Writer, name string, changes []row.Change) error {
	w := newTable()
	w.AppendHeader(table.Row{"bench", "impl", "n", "figure", "old", "new", "change", "verdict"})
	right := func(columns ...int) (configs []table.ColumnConfig) {
		for _, c := range columns {
			configs = append(configs, table.ColumnConfig{Number: c, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
		return configs
	}
	w.SetColumnConfigs(right(3, 5, 6, 7))
	counts := map[row.Outcome]int{}
	for _, c := range changes {
		counts[c.Outcome]++
		percent := ""
		if c.Percent != nil {
			percent = fmt.Sprintf("%+.1f%%", *c.Percent)
		}
		w.AppendRow(table.Row{c.Bench, c.Impl, c.N, c.Metric, number(c.Old), number(c.New), percent, string(c.Outcome)})
	}
	var summary []string
	for _, o := range []row.Outcome{row.Slower, row.Faster, row.Same, row.Unsure, row.New, row.Gone, row.Failed, row.NoValue} {
		if counts[o] > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	_, err := fmt.Fprintf(out, "\nSince %s:\n%s\n\n%s. Times are the same if the stretches from minimum to median meet, other figures within 10 %%, heap also within 64 KiB.\n",
		name, trimmed(w.Render()), strings.Join(summary, ", "))
	if counts[row.Unsure] > 0 && err == nil {
		_, err = fmt.Fprintf(out, "%s: other programs disturbed one of the runs by as much.\n", row.Unsure)
	}
	return err
}
