package main

import (
	"regexp"
	"strings"
)

// page is what a Markdown file holds that can be checked.
type page struct {
	name     string
	snippets []snippet
	links    []link
}

// snippet is one block of Go.
type snippet struct {
	page  string
	line  int // of the block's first line of code
	code  string
	given string // what the hidden comment before it declares
}

// link leads to a file of the repository, relative to the page.
type link struct {
	line   int
	target string
}

var (
	linkPattern = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	codeSpan    = regexp.MustCompile("`[^`]*`")
)

func readPage(name, text string) page {
	p := page{name: name}
	lines := strings.Split(text, "\n")
	given := ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case line == "<!-- given":
			end := until(lines, i+1, "-->")
			given = strings.Join(lines[i+1:end], "\n")
			i = end
		case strings.HasPrefix(line, "```"):
			end := until(lines, i+1, "```")
			if line == "```go" {
				p.snippets = append(p.snippets, snippet{
					page: name, line: i + 2, code: strings.Join(lines[i+1:end], "\n"), given: given,
				})
			}
			given = ""
			i = end
		default:
			p.links = append(p.links, readLinks(i+1, line)...)
		}
	}
	return p
}

// until returns the index of the next line that is mark, or of the page's end.
func until(lines []string, from int, mark string) int {
	for i := from; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == mark {
			return i
		}
	}
	return len(lines)
}

func readLinks(number int, line string) (links []link) {
	for _, match := range linkPattern.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, ""), -1) {
		target, _, _ := strings.Cut(match[1], "#")
		if target != "" && !strings.Contains(target, "://") && !strings.HasPrefix(target, "mailto:") {
			links = append(links, link{line: number, target: target})
		}
	}
	return links
}
