package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const goMod = "module github.com/simmer-go/simmer\n\ngo 1.26\n"

const library = "package simmer\n\ntype Context struct{}\n\nfunc Wait(cx *Context) error { return nil }\n"

func repository(t *testing.T, page string) string {
	t.Helper()
	t.Setenv("GOWORK", "off")
	root := t.TempDir()
	for name, text := range map[string]string{"go.mod": goMod, "simmer.go": library, "README.md": page} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o666))
	}
	return root
}

func TestBlocksOfEachFormTypeCheck(t *testing.T) {
	findings, err := check(repository(t, `
# Page
`+"```go"+`
package main

import "github.com/simmer-go/simmer"

func main() { simmer.Wait(nil) }
`+"```"+`
Declarations:
`+"```go"+`
func wait(cx *simmer.Context) error { return simmer.Wait(cx) }
`+"```"+`
Statements, with what they take for granted:

<!-- given
func fetch(url string, patience time.Duration) error { return nil }
var urls []string
-->

`+"```go"+`
unused := 1
for _, url := range urls {
	fmt.Println(fetch(url, time.Second))
}
err := simmer.Wait(cx)
if err != nil {
	return err
}
`+"```"+`
`+"```go fragment"+`
func (h *JoinHandle[T]) Await(...)
`+"```"+`
[code](simmer.go#L3), [top](#page), [elsewhere](https://go.dev/nothing), `+"`[no](link)`"+`
`))
	require.NoError(t, err)
	require.Empty(t, findings)
}

func TestFindingsNameThePagesLine(t *testing.T) {
	findings, err := check(repository(t, `# Page
[gone](docs/gone.md)
`+"```go"+`
err := simmer.Wait(cx)
simmer.Gone(err)
`+"```"+`
`+"```go"+`
func f( {
`+"```"+`
`+"```go"+`
func f(cx *simmer.Context) error {
	return simmer.Wait()
}
`+"```"+`
`+"```go"+`
timer.Sleep(cx, 1)
`+"```"+`
`))
	require.NoError(t, err)
	require.Len(t, findings, 5)
	require.Equal(t, "README.md:2: link to docs/gone.md, which does not exist", findings[0])
	require.Contains(t, findings[1], "README.md:8:")
	require.Equal(t, "README.md:5: undefined: simmer.Gone", findings[2])
	require.Contains(t, findings[3], "README.md:12: not enough arguments in call to simmer.Wait")
	require.Contains(t, findings[4], "timer does not exist or does not compile")
}
