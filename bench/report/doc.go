// Package report shows results to people: as tables of text, and as one HTML file with charts that needs no network.
//
// Every row of ours has its cost beside that of the best peer, in the same run: a ratio, a sign and a word. Losses are shown
// like wins.
package report
