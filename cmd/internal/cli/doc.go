// Package cli is the command line of simmer: what it takes, what it prints, how it ends.
package cli
