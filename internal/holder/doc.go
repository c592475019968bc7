// Package holder goes from an embedded first field to the struct that holds it.
package holder
