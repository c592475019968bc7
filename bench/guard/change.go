package guard

import "fmt"

// Tolerance is the part of its kept count by which a path may become slower. It is several times what two runs differ by.
const Tolerance = 0.03

// Verdict is what became of a path.
type Verdict int

const (
	Same    Verdict = iota // within the tolerance
	Faster                 // by more than the tolerance: the gain is not guarded until the counts are kept anew
	Slower                 // by more than the tolerance
	Gone                   // kept, but not a path any more
	Unkept                 // a path, but not kept: nothing guards it
	verdict                // the number of verdicts
)

// String returns v in words.
func (v Verdict) String() string {
	return [verdict]string{"same", "faster", "SLOWER", "GONE", "NEW"}[v]
}

// Fails reports whether v fails the check.
func (v Verdict) Fails() bool { return v == Slower || v == Gone || v == Unkept }

// Change is a path then and now, in instructions of one operation. One of them is 0 for what is gone or not kept.
type Change struct {
	Path       string
	Kept, Seen float64
	Verdict    Verdict
}

// String returns c as a line of a table.
func (c Change) String() string {
	switch c.Verdict {
	case Gone:
		return fmt.Sprintf("%-32s %10.1f %10s %8s  %v", c.Path, c.Kept, "-", "", c.Verdict)
	case Unkept:
		return fmt.Sprintf("%-32s %10s %10.1f %8s  %v", c.Path, "-", c.Seen, "", c.Verdict)
	default:
		return fmt.Sprintf("%-32s %10.1f %10.1f %+7.1f%%  %v", c.Path, c.Kept, c.Seen, 100*(c.Seen/c.Kept-1), c.Verdict)
	}
}

// Compare returns what became of each path that was seen, and then of those that were only kept.
func Compare(kept, seen []Count) []Change {
	var changes []Change
	for _, s := range seen {
		c := Change{Path: s.Path, Seen: s.Instructions, Verdict: Unkept}
		if i := find(kept, s.Path); i >= 0 {
			c.Kept = kept[i].Instructions
			c.Verdict = judge(c.Kept, c.Seen)
		}
		changes = append(changes, c)
	}
	for _, k := range kept {
		if find(seen, k.Path) < 0 {
			changes = append(changes, Change{Path: k.Path, Kept: k.Instructions, Verdict: Gone})
		}
	}
	return changes
}

func judge(kept, seen float64) Verdict {
	switch {
	case seen > kept*(1+Tolerance):
		return Slower
	case seen < kept*(1-Tolerance):
		return Faster
	default:
		return Same
	}
}
