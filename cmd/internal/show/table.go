package show

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/simmer-go/simmer/cmd/internal/fetch"
)

// column is a column of the table.
type column struct {
	title string
	right bool // numbers stand at the right
	cell  func(d *fetch.Download) string
}

var columns = []column{
	{"FILE", false, func(d *fetch.Download) string { return printable(d.Result.File) }},
	{"STATUS", false, status},
	{"BYTES", true, func(d *fetch.Download) string { return number(d, d.Result.Bytes) }},
	{"MS", true, func(d *fetch.Download) string { return strconv.FormatInt(millis(d.Result.Took), 10) }},
	{"", false, func(d *fetch.Download) string {
		if d.Result.Err == nil {
			return ""
		}
		return printable(d.Result.Err.Error())
	}},
}

func status(d *fetch.Download) string {
	if d.Result.Status != 0 {
		return strconv.Itoa(d.Result.Status)
	}
	return "-"
}

// number leaves out what a download that has failed does not have.
func number(d *fetch.Download, n int64) string {
	if d.Result.Err != nil {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}

// Table writes a row for each download: file, status, bytes, milliseconds, and the reason if it has failed.
func Table(out io.Writer, downloads []*fetch.Download) {
	rows := make([][]string, 1, len(downloads)+1)
	for _, c := range columns {
		rows[0] = append(rows[0], c.title)
	}
	for _, d := range downloads {
		var row []string
		for _, c := range columns {
			row = append(row, c.cell(d))
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(columns))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if columns[i].right {
				line.WriteString(pad + cell + "  ")
			} else {
				line.WriteString(cell + pad + "  ")
			}
		}
		fmt.Fprintln(out, strings.TrimRight(line.String(), " "))
	}
}

// Total writes how many files of what size came in what time, beside the time that they would have taken one after the other: the
// sum of the downloads' own times. sequential says that they were made so.
func Total(out io.Writer, batch *fetch.Batch, sequential bool) {
	var files int
	var bytes int64
	var sum time.Duration
	for _, d := range batch.Downloads {
		if d.Result.Err == nil {
			sum += d.Result.Took
			files++
			bytes += d.Result.Bytes
		}
	}
	fmt.Fprintf(out, "%s, %s in %d ms", count(files, len(batch.Downloads)), size(bytes), millis(batch.Took))
	switch {
	case sequential:
		fmt.Fprint(out, ", one after the other")
	case files > 1 && files == len(batch.Downloads) && batch.Took > 0: // else the two times do not compare
		fmt.Fprintf(out, "; one after the other: %d ms (%.1f x)", millis(sum), float64(sum)/float64(batch.Took))
	}
	fmt.Fprintln(out)
}

// count is "3 files" or "2 of 3 files".
func count(files, all int) string {
	noun := "files"
	if all == 1 {
		noun = "file"
	}
	if files == all {
		return fmt.Sprintf("%d %s", files, noun)
	}
	return fmt.Sprintf("%d of %d %s", files, all, noun)
}
