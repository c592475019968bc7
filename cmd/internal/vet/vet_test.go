package vet

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/tools/go/analysis/analysistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each corpus has wrong code, whose lines say what is reported, and right code, where nothing may be.
func TestAnalyzersReportTheWrongLinesOfTheirCorpusOnly(t *testing.T) {
	root, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Analyzers() {
		t.Run(a.Name, func(t *testing.T) { analysistest.Run(t, root, a, "./"+a.Name) })
	}
}
