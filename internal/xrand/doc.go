// Package xrand is a small seeded random source for decisions that need no quality, such as whom to steal from.
package xrand
