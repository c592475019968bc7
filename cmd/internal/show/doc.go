// Package show presents downloads to a person: bars while they run on a terminal, lines elsewhere, a table at the end.
package show
