package guard

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTotalOfAProfileIsRead(t *testing.T) {
	profile, err := os.Open("testdata/profile.2")
	require.NoError(t, err)
	defer profile.Close()
	n, err := total(profile)
	require.NoError(t, err)
	require.EqualValues(t, 16503027, n)
}

func TestAFaultInAProfileIsNamed(t *testing.T) {
	for profile, want := range map[string]string{
		"":                                    "has no total",
		"events: Ir\nsummary: 7\n":            "has no total",
		"events: Ir Dr\ntotals: 7 8\n":        `counts "Ir Dr", must count Ir`,
		"totals: 7\n":                         `counts "", must count Ir`,
		"events: Ir\ntotals: x\n":             `total is "x"`,
		"events: Ir\ntotals: 0\n":             `total is "0"`,
		strings.Repeat("x", maxLine+1) + "\n": "cannot be read",
	} {
		_, err := total(strings.NewReader(profile))
		require.ErrorContains(t, err, want)
	}
}

func TestAProgramThatDoesNotMarkIsAFault(t *testing.T) {
	b := newBench(t, one)
	b.keeps("timeout_ready 100")
	require.NoError(t, os.WriteFile(b.valgrind, []byte("#!/bin/sh\n"), 0o777))
	_, err := b.check()
	require.ErrorContains(t, err, "path timeout_ready: valgrind has not seen its marks")
}
