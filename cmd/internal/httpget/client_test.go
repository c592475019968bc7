package httpget_test

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/simmer-go/simmer/cmd/internal/httpget"
	"github.com/stretchr/testify/require"
)

func TestEachRedirectStatusIsFollowed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")); err == nil {
			w.Header().Set("Location", "end?from="+r.URL.Path) // relative
			w.WriteHeader(status)
			return
		}
		fmt.Fprint(w, r.URL.RequestURI())
	}))
	defer server.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		body, err := get(t, client(), fmt.Sprintf("%s/%d", server.URL, status))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("/end?from=/%d", status), body)
	}
	for _, status := range []int{300, 304} {
		_, err := get(t, client(), fmt.Sprintf("%s/%d", server.URL, status))
		var refused *httpget.StatusError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, status, refused.Code)
	}
}

func TestRedirectsEndAfterTen(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		left, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if left == 0 {
			fmt.Fprint(w, "here")
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", left-1), http.StatusFound)
	}))
	defer server.Close()
	body, err := get(t, client(), server.URL+"/10")
	require.NoError(t, err)
	require.Equal(t, "here", body)
	asked = 0
	_, err = get(t, client(), server.URL+"/1000")
	require.EqualError(t, err, "more than 10 redirects")
	require.Equal(t, 11, asked)
}

func TestBadRedirectSaysWhy(t *testing.T) {
	for location, want := range map[string]string{
		"":                "302 Found without a Location",
		"ftp://host/x":    `redirected to "ftp://host/x": unsupported scheme "ftp": only http and https are fetched`,
		"http://":         `redirected to "http://": malformed URL: no host`,
		"http://h:70000/": `redirected to "http://h:70000/": malformed URL: no such port: 70000`,
		"http://h/%zz":    `redirected to "http://h/%zz": parse "http://h/%zz": invalid URL escape "%zz"`,
	} {
		base := say(t, "HTTP/1.1 302 Found\r\nLocation: "+location+"\r\nContent-Length: 0\r\n\r\n")
		_, err := get(t, client(), base)
		require.ErrorContains(t, err, want)
		require.False(t, httpget.Retryable(err))
	}
}

func TestRedirectCrossesSchemesAndLeavesTheLoginBehind(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "login %q", r.Header.Get("Authorization"))
	}))
	defer secure.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "cook" || password != "salt":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/there":
			http.Redirect(w, r, secure.URL, http.StatusMovedPermanently)
		default:
			http.Redirect(w, r, "/there", http.StatusMovedPermanently)
		}
	}))
	defer plain.Close()
	c := client()
	c.RootCAs = x509.NewCertPool()
	c.RootCAs.AddCert(secure.Certificate())
	body, err := get(t, c, strings.Replace(plain.URL, "http://", "http://cook:salt@", 1))
	require.NoError(t, err)
	require.Equal(t, `login ""`, body)
}

func TestUnknownAuthorityIsRefusedForGood(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = discardLog
	server.StartTLS()
	defer server.Close()
	_, err := get(t, client(), server.URL)
	var authority x509.UnknownAuthorityError
	require.ErrorAs(t, err, &authority)
	require.False(t, httpget.Retryable(err))
}

func TestHangUpDuringHandshakeIsAnEarlyClose(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { // ends after one connection
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 1<<16))
		conn.Close()
	}()
	defer func() { l.Close(); <-done }()
	_, err = get(t, client(), "https://"+l.Addr().String())
	require.EqualError(t, err, "server closed the connection during the TLS handshake")
	require.True(t, httpget.Retryable(err))
}

func TestDialGetsHostAndPort(t *testing.T) {
	for raw, want := range map[string]string{
		"http://h":           "h:80",
		"https://h/x":        "h:443",
		"http://h:8080":      "h:8080",
		"http://[::1]/":      "[::1]:80",
		"HTTPS://[::1]:8443": "[::1]:8443",
	} {
		var got string
		c := &httpget.Client{Dial: func(address string) (net.Conn, error) {
			got = address
			return nil, net.ErrClosed
		}}
		_, err := c.Get(mustParse(t, raw))
		require.ErrorIs(t, err, net.ErrClosed)
		require.Equal(t, want, got)
	}
}

func TestMalformedURLSaysWhatIsWrong(t *testing.T) {
	for raw, want := range map[string]string{
		"":                     "malformed URL: it does not begin with http:// or https://",
		"example.com/app.json": "malformed URL: it does not begin with http:// or https://",
		"ftp://h/x":            `unsupported scheme "ftp": only http and https are fetched`,
		"localhost:8080/x":     `unsupported scheme "localhost": only http and https are fetched`,
		"http://":              "malformed URL: no host",
		"http:///x":            "malformed URL: no host",
		"http://:80/x":         "malformed URL: no host",
		"http://h:/x":          "malformed URL: no port after the colon",
		"http://h:0/x":         "malformed URL: no such port: 0",
		"http://h:99999/x":     "malformed URL: no such port: 99999",
		"http://h:port/":       `malformed URL: invalid port ":port" after host`,
		"http://h/%zz":         `malformed URL: invalid URL escape "%zz"`,
		"http://[::1/":         "malformed URL: missing ']' in host",
		"http://h/\x7f":        "malformed URL: net/url: invalid control character in URL",
		"http://u:pa/ss@h/":    "malformed URL; what is wrong with it may be part of a password and is not shown",
	} {
		_, err := httpget.ParseURL(raw)
		require.EqualError(t, err, want, raw)
	}
}

func TestRejectedURLIsReturnedAsFarAsItWasUnderstood(t *testing.T) {
	u, err := httpget.ParseURL("ftp://user:secret@h/x")
	require.Error(t, err)
	require.Equal(t, "ftp://user:xxxxx@h/x", u.Redacted())
	u, err = httpget.ParseURL("http://[::1/")
	require.Error(t, err)
	require.Nil(t, u)
}

func FuzzParseURL(f *testing.F) {
	f.Add("http://h/x")
	f.Add("//h")
	f.Add("https://u:p@[::1]:1/a?b#c")
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := httpget.ParseURL(raw)
		if err != nil {
			return
		}
		require.NotEmpty(t, u.Hostname())
		_, err = url.Parse(u.String())
		require.NoError(t, err)
	})
}
