package agreement

import (
	"bytes"
	"fmt"
	"io"
	goruntime "runtime"
	"strings"
	"text/tabwriter"
)

var heads = []string{"row", "workers", "processors", "ours", "independent", "ratio", "within 15 %", "of a round", "samples", "note"}

// writeText writes results as a table for a terminal.
func writeText(out io.Writer, results []Result) error {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, cells := range append([][]string{heads}, rows(results)...) {
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	table.Flush() // into memory: it does not fail
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "\n%s\n", verdict(results))
	return err
}

// writeMarkdown writes facts and results as a page.
func writeMarkdown(out io.Writer, facts []string, results []Result) error {
	var page strings.Builder
	page.WriteString("# Agreement with independent harnesses\n\n")
	for _, fact := range facts {
		fmt.Fprintf(&page, "- %s\n", fact)
	}
	page.WriteString("\nMinima in ns per unit of work; of a round: the median of the ratios of the rounds' minima.\n\n")
	line := func(cells []string) { fmt.Fprintf(&page, "| %s |\n", strings.Join(cells, " | ")) }
	line(heads)
	line([]string{"---", "--:", "--:", "--:", "--:", "--:", "---", "--:", "--:", "---"})
	for _, cells := range rows(results) {
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		line(cells)
	}
	fmt.Fprintf(&page, "\n%s\n", verdict(results))
	_, err := io.WriteString(out, page.String())
	return err
}

// rows returns the cells of each result.
func rows(results []Result) (rows [][]string) {
	for i := range results {
		r := &results[i]
		ratio, agrees, round, samples, processors := "-", "-", "-", "-", goruntime.NumCPU()
		if r.Confined {
			processors = 1
		}
		if r.Samples > 0 {
			samples = fmt.Sprintf("%d x %v", r.Samples, r.sampling().least)
		}
		if r.Rounds > 0 {
			round = fmt.Sprintf("%.2f", r.Rounds)
		}
		if value := r.Ratio(); value > 0 {
			ratio, agrees = fmt.Sprintf("%.2f", value), "no"
		}
		if r.Agrees() {
			agrees = "yes"
		}
		rows = append(rows, []string{
			r.Name(), fmt.Sprint(r.Workers), fmt.Sprint(processors), nanoseconds(r.Ours), nanoseconds(r.Independent), ratio, agrees, round, samples,
			strings.Join(strings.Fields(r.Note), " "),
		})
	}
	return rows
}

// nanoseconds has three digits or more.
func nanoseconds(ns float64) string {
	switch {
	case ns == 0:
		return "-"
	case ns < 100:
		return fmt.Sprintf("%.3g", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

// verdict counts the rows that agree.
func verdict(results []Result) string {
	agree, measured, confined, unsettled := 0, 0, 0, 0
	for i := range results {
		r := &results[i]
		if r.Ratio() == 0 {
			continue
		}
		measured++
		if r.Agrees() {
			agree++
		}
		if r.Confined {
			confined++
		}
		if !r.Settled {
			unsettled++
		}
	}
	if measured == 0 {
		return "No row could be measured."
	}
	return fmt.Sprintf("%d of %d rows agree within 15 %%; %d could not be measured. Of the %d, %d were measured on one processor, and %d have a minimum that is not settled.",
		agree, measured, len(results)-measured, measured, confined, unsettled)
}
