package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/simmer-go/simmer/bench/machine"
	"github.com/simmer-go/simmer/bench/measure"
)

// Run is all that a report shows.
type Run struct {
	Facts   []machine.Fact // of the machine, the versions, the command
	Results []measure.Result
}

// Text writes the head, a table for each kind of figure, and the notes.
func Text(out io.Writer, run Run) error {
	var b strings.Builder
	width := 0
	for _, f := range run.Facts {
		width = max(width, len(f.Name))
	}
	for _, f := range run.Facts {
		fmt.Fprintf(&b, "%-*s  %s\n", width, f.Name, f.Value)
	}
	var notes []string
	for _, t := range grids(run.Results) {
		b.WriteString("\n" + render(t, &notes) + "\n")
	}
	b.WriteString("\nns: nanoseconds per unit of work. spread: from minimum to 95th percentile, as a part of the median. CPU: user and system time.\n" +
		"runs: processes that a probe was run in; its figures are their medians.\n" +
		"x: our cost as a part of the best peer's, of minima (of a probe: the best run) and of medians. - win: less on both; + LOSS: more on both; = even: within 3 %; ? mixed.\n")
	if len(notes) > 0 {
		b.WriteString("\n")
		for i, note := range notes {
			fmt.Fprintf(&b, "[%d] %s\n", i+1, note)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// render draws t. Notes stand below all tables; equal ones once.
func render(t grid, notes *[]string) string {
	w := newTable()
	header := table.Row{}
	var configs []table.ColumnConfig
	for i, title := range t.Titles {
		header = append(header, title)
		if i >= nameColumns && i < len(t.Titles)-1 {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.SetColumnConfigs(configs)
	w.AppendHeader(append(header, "note"))
	for i, r := range t.Rows {
		if r.First && i > 0 {
			w.AppendRow(table.Row{""})
		}
		row := table.Row{}
		for _, cell := range r.Cells {
			row = append(row, cell)
		}
		w.AppendRow(append(row, footnote(r.Result.Note, notes)))
	}
	return trimmed(w.Render())
}

// newTable returns a table without lines.
func newTable() table.Writer {
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	return w
}

// trimmed is a table without the spaces at the ends of its lines.
func trimmed(table string) string {
	lines := strings.Split(table, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// footnote is the number of note among notes.
func footnote(note string, notes *[]string) string {
	if note == "" {
		return ""
	}
	i := slices.Index(*notes, note)
	if i < 0 {
		i = len(*notes)
		*notes = append(*notes, note)
	}
	return fmt.Sprintf("[%d]", i+1)
}
