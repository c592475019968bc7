package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"

	"github.com/simmer-go/simmer/bench/machine"
	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/workload"
)

// The page's parts. chart.umd.min.js is Chart.js, as npm delivers it, without the link to its source map.
//
//go:embed assets
var assets embed.FS

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"isName":  func(column int) bool { return column < nameColumns },
	"step":    step,
	"verdict": verdictClass,
}).ParseFS(assets, "assets/page.html"))

// page is what the template shows.
type page struct {
	Style    template.CSS
	Library  template.JS
	Script   template.JS
	Facts    []machine.Fact
	Sections []section
	Charts   []chart
}

// section is one workload.
type section struct {
	Workload *workload.Workload
	Charts   []chart
	Grid     grid
	Verdicts []overview
}

// overview is a row of the table at the top: our row beside the best peer.
type overview struct {
	Result  *measure.Result
	Verdict Verdict
}

// HTML writes the whole run as one page that needs no network: machine, overview, and for each workload its definition, its
// charts and the same figures as a table.
func HTML(out io.Writer, run Run) error {
	p := page{Facts: run.Facts}
	var style, library, script []byte
	for name, to := range map[string]*[]byte{"page.css": &style, "chart.umd.min.js": &library, "page.js": &script} {
		var err error
		if *to, err = assets.ReadFile("assets/" + name); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	p.Style, p.Library, p.Script = template.CSS(style), template.JS(library), template.JS(script)
	for _, results := range byWorkload(run.Results) {
		s := section{Workload: results[0].Workload, Charts: charts(results), Grid: grids(results)[0]}
		for i := range results {
			if v, ok := judge(&results[i], results); ok {
				s.Verdicts = append(s.Verdicts, overview{&results[i], v})
			}
		}
		p.Sections = append(p.Sections, s)
		p.Charts = append(p.Charts, s.Charts...)
	}
	if err := pageTemplate.Execute(out, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// byWorkload cuts results, in which the rows of a workload stand together.
func byWorkload(results []measure.Result) (all [][]measure.Result) {
	start := 0
	for i := range results {
		if i == len(results)-1 || results[i+1].Workload.Name != results[i].Workload.Name {
			all = append(all, results[start:i+1])
			start = i + 1
		}
	}
	return all
}

// verdictClass is the style of a cell that has a verdict's word.
func verdictClass(cell string) string {
	switch {
	case len(cell) < 1:
		return ""
	case cell[0] == '-':
		return "win"
	case cell[0] == '+', cell == failed:
		return "loss"
	}
	return "even"
}
