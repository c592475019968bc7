package holder_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/holder"
)

type field struct{ n int }

type whole struct {
	field
	rest string
}

func TestOfGoesBackToTheWhole(t *testing.T) {
	w := &whole{field: field{n: 1}, rest: "rest"}
	got := holder.Of[whole](&w.field)
	require.Same(t, w, got)
	require.Equal(t, "rest", got.rest)
}

func TestOfNilIsNil(t *testing.T) {
	require.Nil(t, holder.Of[whole, field](nil))
}
