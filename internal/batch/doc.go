// Package batch allocates small values of one type a few at a time: an allocation costs Go nearly the same for one as for four.
package batch
