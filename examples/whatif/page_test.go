package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func samplePage(t *testing.T) (path, text string) {
	path = filepath.Join(t.TempDir(), "out.html")
	whatif(t, append([]string{"-scenario", "cloud-10pct-24h", "-html", path}, small...)...)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return path, string(b)
}

var (
	sectionOf = regexp.MustCompile(`(?s)<section id="(\w+)">(.*?)</section>`)
	rowOf     = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	cellOf    = regexp.MustCompile(`(?s)<td[^>]*>(.*?)</td>`)
	dataOf    = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)
)

// Every figure in every table of the page is the JSON's, rounded as shown, and
// the JSON in the page is the one that -format json prints.
func TestTheFiguresOnThePageAreTheJSON(t *testing.T) {
	_, text := samplePage(t)
	printed := whatif(t, append([]string{"-scenario", "cloud-10pct-24h", "-format", "json"}, small...)...)
	data := dataOf.FindStringSubmatch(text)
	require.NotNil(t, data)
	require.JSONEq(t, printed, data[1])
	var r struct{ Tables map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(printed), &r))
	figures := 0
	for _, s := range sectionOf.FindAllStringSubmatch(text, -1) {
		want := orderedRows(t, r.Tables[s[1]])
		rows := rowOf.FindAllStringSubmatch(s[2], -1)[1:] // without the head
		require.Len(t, rows, len(want), s[1])
		for i, row := range rows {
			cells := cellOf.FindAllStringSubmatch(row[1], -1)
			require.Len(t, cells, len(want[i]), s[1])
			for k, c := range cells {
				requireShown(t, want[i][k], html.UnescapeString(c[1]), fmt.Sprintf("%s, row %d, cell %d", s[1], i, k))
				figures++
			}
		}
	}
	require.Greater(t, figures, 1000)
}

// orderedRows are the values of an array of objects, in the order written.
func orderedRows(t *testing.T, raw json.RawMessage) (rows [][]any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var row []any
	value := false
	for d.More() || true {
		token, err := d.Token()
		if err != nil {
			return rows
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' {
				row, value = nil, false
			} else if v == '}' {
				rows = append(rows, row)
			}
		default:
			if value {
				row = append(row, v)
			}
			value = !value
		}
	}
	return rows
}

func requireShown(t *testing.T, want any, shown, where string) {
	switch v := want.(type) {
	case nil:
		require.Contains(t, []string{"", "-", "NaN"}, shown, where)
	case string:
		require.Equal(t, v, shown, where)
	case json.Number:
		exact, err := v.Float64()
		require.NoError(t, err)
		digits := strings.ReplaceAll(shown, ",", "")
		got, err := strconv.ParseFloat(digits, 64)
		require.NoError(t, err, where)
		decimals := 0
		if dot := strings.IndexByte(digits, '.'); dot >= 0 {
			decimals = len(digits) - dot - 1
		}
		require.InDelta(t, exact, got, 0.5000001*math.Pow(10, -float64(decimals)), where)
	}
}

// The page in a browser: no error on the console, no request. The browser's
// proxy is a port of this test, so that a request would be seen.
func TestThePageAsksForNothingInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("NOT RUN: chromium is not on PATH, so nothing looked for console errors and requests of the page")
	}
	path, text := samplePage(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	asked := make(chan string, 1000)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			line, _ := bufio.NewReader(c).ReadString('\n')
			asked <- line
			c.Close()
		}
	}()
	// A probe with a request shows that the test would see one.
	probe := filepath.Join(t.TempDir(), "probe.html")
	require.NoError(t, os.WriteFile(probe, []byte(`<script>console.error("probe")</script><img src="http://stakesim.invalid/x.png">`), 0o644))
	log := browse(t, browser, probe, listener.Addr().String())
	require.Contains(t, log, "probe", "the browser logs its console")
	require.NotEmpty(t, foreign(asked), "a request would be seen")
	log = browse(t, browser, path, listener.Addr().String())
	require.NotContains(t, log, "CONSOLE")
	require.Empty(t, foreign(asked), "requests")
	for _, host := range browserHosts {
		require.NotContains(t, text, host, "such a request would be taken for the browser's own")
	}
}

// browserHosts are what this browser asks on its own account, on any page.
var browserHosts = []string{"google.com", "googleapis.com", "gstatic.com", "gvt1.com"}

// foreign drains the requests and keeps those that are not the browser's own.
func foreign(asked chan string) (lines []string) {
	for {
		select {
		case line := <-asked:
			own := line == ""
			for _, host := range browserHosts {
				own = own || strings.Contains(line, host)
			}
			if !own {
				lines = append(lines, line)
			}
		default:
			return lines
		}
	}
}

func browse(t *testing.T, browser, path, proxy string) string {
	out := filepath.Join(t.TempDir(), "shot.png")
	c := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-default-apps",
		"--proxy-server="+proxy, "--enable-logging=stderr", "--v=0", "--user-data-dir="+t.TempDir(),
		"--window-size=1280,2000", "--screenshot="+out, "file://"+path)
	var log bytes.Buffer
	c.Stderr = &log
	require.NoError(t, c.Start())
	stop := time.AfterFunc(90*time.Second, func() { _ = c.Process.Kill() })
	defer stop.Stop()
	require.NoError(t, c.Wait(), log.String())
	info, err := os.Stat(out)
	require.NoError(t, err)
	require.NotZero(t, info.Size())
	return log.String()
}
