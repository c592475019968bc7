package origin_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/simmer-go/simmer/internal/origin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type thing struct{ _ [3]int }

func named() {}

func TestOriginNamesFunctionOrType(t *testing.T) {
	n := 7
	require.Equal(t, "github.com/simmer-go/simmer/internal/origin_test.named", origin.OfFunc(named).String())
	require.Contains(t, origin.OfFunc(func() int { return n }).String(), "TestOriginNamesFunctionOrType.func1")
	require.Equal(t, "origin_test.thing", origin.OfType(thing{}).String())
	require.Equal(t, "*origin_test.thing", origin.OfType(&thing{}).String())
	require.Equal(t, "func()", origin.OfType(named).String())
	require.Empty(t, origin.Origin{}.String())
	require.Empty(t, origin.OfFunc((func())(nil)).String())
}
