package guard

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Count is what one operation of a path costs.
type Count struct {
	Path         string
	Instructions float64
}

// fileHeader begins every file of counts.
const fileHeader = "# Instructions of one operation, on average. Written by make guard-write: see CONTRIBUTING.md.\n"

// readCounts reads a file of counts: on each line a path and its instructions. A file that is not there gives an error that
// Is fs.ErrNotExist.
func readCounts(name string) ([]Count, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	counts, err := parseCounts(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return counts, nil
}

func parseCounts(r io.Reader) (counts []Count, err error) {
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		count, err := parseCount(text)
		if err == nil && find(counts, count.Path) >= 0 {
			err = fmt.Errorf("path %s is there twice", count.Path)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		counts = append(counts, count)
	}
	return counts, lines.Err()
}

func parseCount(line string) (Count, error) {
	fields := strings.Fields(line)
	if len(fields) != 2 {
		return Count{}, fmt.Errorf("%q is not a path and its instructions", line)
	}
	n, err := strconv.ParseFloat(fields[1], 64)
	if err != nil || !(n > 0) {
		return Count{}, fmt.Errorf("%q is no number of instructions", fields[1])
	}
	return Count{fields[0], n}, nil
}

// writeCounts writes a file that readCounts reads.
func writeCounts(name string, counts []Count) error {
	var text strings.Builder
	text.WriteString(fileHeader)
	for _, c := range counts {
		fmt.Fprintf(&text, "%s %.1f\n", c.Path, c.Instructions)
	}
	return os.WriteFile(name, []byte(text.String()), 0o666)
}

// find returns the index of a path's count, or -1.
func find(counts []Count, path string) int {
	return slices.IndexFunc(counts, func(c Count) bool { return c.Path == path })
}
