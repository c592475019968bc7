package cepoll

import (
	"debug/elf"
	"slices"
	"strings"
)

// Compiler returns what the compilers that made the program have noted in it of themselves, such as "GCC: (Debian 12.2.0-14) 12.2.0". The
// program may be older than the compiler that is installed. It is empty if the program does not tell.
func Compiler(program string) string {
	file, err := elf.Open(program)
	if err != nil {
		return ""
	}
	defer file.Close()
	section := file.Section(".comment")
	if section == nil {
		return ""
	}
	data, err := section.Data()
	if err != nil {
		return ""
	}
	// The C library's own parts may be of another compiler.
	notes := strings.FieldsFunc(string(data), func(r rune) bool { return r == 0 })
	slices.Sort(notes)
	return strings.Join(slices.Compact(notes), ", ")
}
