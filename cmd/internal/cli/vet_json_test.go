package cli

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJSONComesInTheOrderOfPackagesAnalyzersAndPlaces(t *testing.T) {
	var out bytes.Buffer
	v := &vetJSON{out: &out}
	for _, part := range []string{
		`{"x/b": {"later": [{"posn": "b/b.go:10:1", "message": "<d>"}, {"posn": "b/b.go:9:10", "message": "c"}`,
		`, {"posn": "b/b.go:9:2", "message": "b"}, {"posn": "b/a.go:99", "message": "a"}, {"message": "none"}], "early": {"error": "burnt"}}}`,
		"\n{}\n" + `{"x/a": {"later": []}}` + "\n",
	} {
		n, err := io.WriteString(v, part)
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Empty(t, out.String())
	require.NoError(t, v.flush())
	require.Equal(t, `{}
{
	"x/a": {
		"later": []
	}
}
{
	"x/b": {
		"early": {
			"error": "burnt"
		},
		"later": [
			{
				"message": "none"
			},
			{
				"posn": "b/a.go:99",
				"message": "a"
			},
			{
				"posn": "b/b.go:9:2",
				"message": "b"
			},
			{
				"posn": "b/b.go:9:10",
				"message": "c"
			},
			{
				"posn": "b/b.go:10:1",
				"message": "\u003cd\u003e"
			}
		]
	}
}
`, out.String())
}

func TestWhatIsNoJSONIsWrittenAsItCame(t *testing.T) {
	for _, text := range []string{"", "soup", `{"a": {}}` + "\nsoup", `["a"]`, `{"a": `} {
		var out bytes.Buffer
		v := &vetJSON{out: &out}
		_, err := io.WriteString(v, text)
		require.NoError(t, err)
		require.NoError(t, v.flush())
		require.Equal(t, text, out.String())
	}
}
