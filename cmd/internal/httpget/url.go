package httpget

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// ParseURL reads an absolute http or https URL. The error says what is wrong, without the URL itself and without what may be
// part of a password. Beside an error stands the URL as far as it was understood, or nil.
func ParseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err == nil:
		return u, check(u)
	case strings.Contains(raw, "@"): // the parser quotes what it stumbled over
		return nil, errors.New("malformed URL; what is wrong with it may be part of a password and is not shown")
	}
	var parse *url.Error
	if errors.As(err, &parse) {
		err = parse.Err
	}
	return nil, fmt.Errorf("malformed URL: %w", err)
}

func check(u *url.URL) error {
	switch {
	case u.Scheme == "":
		return errors.New("malformed URL: it does not begin with http:// or https://")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("unsupported scheme %q: only http and https are fetched", u.Scheme)
	case u.Hostname() == "":
		return errors.New("malformed URL: no host")
	case strings.HasSuffix(u.Host, ":"):
		return errors.New("malformed URL: no port after the colon")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("malformed URL: no such port: %s", p)
		}
	}
	return nil
}
