package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
)

// runText runs a script within the budget of one input.
func runText(t testing.TB, script io.Reader) (out bytes.Buffer, err error) {
	budget.Run(t, budget.Limit{}, func() { err = run([]string{"-format", "json", "-"}, script, &out) })
	return out, err
}

// endless gives the same text again and again.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.at%len(e.text)]
		e.at++
	}
	return len(p), nil
}

func TestAScriptWithoutAnEndIsRefused(t *testing.T) {
	for _, text := range []string{"\x00", "a", "- ", "-\n", "a:\n", "[", "{", "\n", "?\n", "# c\n", "- {advance: {epochs: 1}}\n"} {
		_, err := runText(t, &endless{text: text})
		require.ErrorContains(t, err, "standard input", "%q", text)
		require.NotErrorIs(t, err, cli.ErrUsage)
	}
	for _, name := range []string{"/dev/zero", "./no-such-file.yaml", "./testdata"} {
		if _, err := os.Stat("/dev/zero"); err != nil && name == "/dev/zero" {
			t.Log("no /dev/zero here: not run")
			continue
		}
		budget.Run(t, budget.Limit{}, func() {
			require.ErrorContains(t, run([]string{name}, nil, io.Discard), name)
		})
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.CopyN(z, &endless{text: " "}, 1<<28) // one long line
	require.NoError(t, err)
	require.NoError(t, z.Close())
	_, err = runText(t, &packed)
	require.ErrorIs(t, err, file.ErrLimit)
}

// manyAccounts is a script of so many accounts, each of which does what operation says.
func manyAccounts(n int, operation string) string {
	var s strings.Builder
	s.WriteString("accounts:\n  - {name: operator, balance: 1000 ETH}\n")
	for i := range n {
		fmt.Fprintf(&s, "  - {name: account-%d, balance: 32 ETH}\n", i)
	}
	s.WriteString("operations:\n  - {registration: {owner: operator, bond: 900 ETH}, as: o}\n")
	for i := 0; i < n && operation != ""; i++ {
		fmt.Fprintf(&s, "  - "+operation+"\n", i)
	}
	return s.String()
}

func TestAScriptTakesTimeByItsLength(t *testing.T) {
	limit := budget.Limit{Time: 8 * budget.Input.Time, Bytes: 1 << 30} // quadratic time is minutes
	for _, c := range []struct {
		accounts  int
		operation string
		want      string // in what is written; else an error
	}{
		{40_000, "", "Invariants, after every operation"},
		{8_000, "{delegation: {owner: account-%d, operator: o, amount: 0.1 ETH}}", " operations"},
		{8_000, "{wallet_pointer: {owner: account-%d, operator: o}}", " operations"},
		{8_000, "{registration: {owner: account-%d, bond: 2 ETH}}", " operations"},
		{8_000, "{expect: {burned: 0, free: {account-%d: 32 ETH}}}", " operations"},
		{200_000, "", ""},
	} {
		var out bytes.Buffer
		var err error
		budget.Run(t, limit, func() { err = run([]string{"-"}, strings.NewReader(manyAccounts(c.accounts, c.operation)), &out) })
		if c.want == "" {
			require.ErrorIs(t, err, file.ErrLimit)
			continue
		}
		require.NoError(t, err)
		require.Contains(t, out.String(), c.want)
	}
}

func TestErrorsOfAScriptNameFileAndLine(t *testing.T) {
	head := "accounts:\n  - {name: ann, balance: 5 ETH}\n  - {name: ben, balance: 5 ETH}\noperations:\n"
	for script, want := range map[string]string{
		head + "  - {advance: {epochs: 1}}\n  - {payment: {from: ann, to: 7, amount: 1}}\n": "standard input:6: operation 1: payment: account 7: unknown id",
		head + "  - {opening: {amount: 5}, fails: bound}\n":                                 "standard input:5: operation 0: opening: fails: it succeeded",
		head + "  - {opening: {amount: 5}, as: a b}\n":                                      "standard input:5: operation 0: opening: as: 2 names",
		head + "  - payment:\n      from: ann\n      form: ben\n":                           "standard input: operation 0: payment: form: line 7: unknown field",
		head + "  - expect: {free: {\n      zoe: 5}}\n":                                     "standard input: operation 0: expect: free: line 6: \"zoe\" is neither",
		head + "  - expect:\n      price: 5\n":                                              "standard input: operation 0: expect: price: line 6: unknown figure (there are: bond, burned, effective,",
		"about: [\n":                                                                        "standard input: script: yaml: line",
		"":                                                                                  "standard input: script: empty",
		"accounts:\n - {name: a, balance: 1}\n - {name: a}\n":                               "standard input:3: accounts[1]: \"a\" is the name of accounts[0]",
		"accounts:\n - {balance: 1}\n - {balance: 99999999999 ETH}":                         "standard input: accounts[1].balance: line 3",
		"accounts:\n - {balance: 1}\n - {balance: 999999999 ETH}":                           "standard input:3: balances[1]: amount 999999999000000000: above the bound",
		"config:\n  min_bond: 1\n  saturation:\n    a0: 1\n    k: 0\n":                      "standard input:5: config: saturation.k: invalid input",
		"config:\n  min_bond: 1\n  unbonding_epochs: 0\n":                                   "standard input:3: config: unbonding_epochs: invalid input",
	} {
		_, err := runText(t, strings.NewReader(script))
		require.ErrorContains(t, err, want, "%q", script)
	}
	name := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(name, []byte(head+"  - {advance: {epochs: 1}}\n  - {payment: {from: ann, to: ben, amount: 0}}\n"), 0o600))
	require.ErrorContains(t, run([]string{name}, nil, io.Discard), name+":6: operation 1: payment: amount 0: invalid amount")
	err := run([]string{"r1-evasoin"}, nil, io.Discard)
	require.ErrorContains(t, err, `did you mean "r1-evasion"?`)
}

// What an editor on another system puts around a text changes nothing.
func TestAScriptMayHaveAByteOrderMarkOrBeCompressed(t *testing.T) {
	text, err := scripts.ReadFile("scripts/r1-evasion.yaml")
	require.NoError(t, err)
	want, err := runText(t, bytes.NewReader(text))
	require.NoError(t, err)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for _, form := range [][]byte{append([]byte("\ufeff"), text...), packed.Bytes(), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))} {
		have, err := runText(t, bytes.NewReader(form))
		require.NoError(t, err)
		require.Equal(t, want.String(), have.String())
	}
}

// A script of anybody's ends within its budget, in an error that names its file or in
// tables that are JSON.
func FuzzScript(f *testing.F) {
	files, err := scripts.ReadDir("scripts")
	require.NoError(f, err)
	for _, s := range files {
		text, err := scripts.ReadFile("scripts/" + s.Name())
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		out, err := runText(t, bytes.NewReader(script))
		if err != nil {
			require.ErrorContains(t, err, "standard input")
			require.NotErrorIs(t, err, cli.ErrUsage)
			require.NotErrorIs(t, err, delegation.ErrInvariant)
			require.Zero(t, out.Len())
			return
		}
		require.True(t, json.Valid(out.Bytes()), out.String())
	})
}
