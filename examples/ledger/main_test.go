package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(args, strings.NewReader(""), &out))
	return out.String()
}

// The figures of the scripts are checked by their expectations, which come from
// the texts; the golden files hold the layout.
func TestGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"seed.txt":       {"seed"},
		"r11.md":         {"-format", "markdown", "r11-stranger"},
		"saturation.txt": {"saturation"},
		"list.txt":       {"-list"},
	} {
		file := filepath.Join("testdata", name)
		have := output(t, args...)
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(have), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), have, name)
	}
}

func TestEveryBuiltInScript(t *testing.T) {
	files, err := scripts.ReadDir("scripts")
	require.NoError(t, err)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".yaml")
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"text", "json", "csv", "markdown"} {
				have := output(t, "-format", format, name)
				if format == "json" {
					var v map[string]any
					require.NoError(t, json.Unmarshal([]byte(have), &v))
					require.Contains(t, v, "receipts")
				}
			}
			assert.Contains(t, output(t, "-print", name), "operations:")
		})
	}
}

// A figure that is off is noticed: the expectations are read.
func TestExpectationsAreChecked(t *testing.T) {
	text, err := scripts.ReadFile("scripts/r1-evasion.yaml")
	require.NoError(t, err)
	wrong := strings.Replace(string(text), "burned: 500050", "burned: 50", 1)
	err = run([]string{"-"}, strings.NewReader(wrong), new(bytes.Buffer))
	require.ErrorContains(t, err, "operation 6: expect: burned")
}

func TestScriptErrors(t *testing.T) {
	head := "accounts: [{name: ann, balance: 5 ETH}]\n"
	for name, c := range map[string]struct{ script, want string }{
		"empty":                 {"", "script"},
		"not a mapping":         {"[1]", "fields are expected"},
		"two documents":         {"about: a\n---\nabout: b\n", "more than one document"},
		"unknown top field":     {"operation: []", "operation: line 1: unknown field"},
		"unknown config":        {"config: {unbonding: 5}", "config.unbonding: line 1: unknown field"},
		"config out of range":   {"config: {unbonding_epochs: 0}", "unbonding_epochs"},
		"account without a sum": {"accounts: [{name: ann, balance: much}]", "accounts[0].balance"},
		"unknown operation":     {head + "operations: [{delegate: {}}]", "operation 0: delegate: line 2: unknown operation"},
		"no operation":          {head + "operations: [{as: x}]", "operation 0"},
		"two operations":        {head + "operations: [{advance: {epochs: 1}, payment: {}}]", "operation 0: payment"},
		"unknown field":         {head + "operations: [{advance: {epochs: 1}}, {payment: {form: ann}}]", "operation 1: payment: form: line 2: unknown field"},
		"unknown field within":  {head + "operations: [{slashing: {slashes: [{who: 1}]}}]", "operation 0: slashing: slashes[0].who"},
		"field twice":           {head + "operations: [{payment: {from: 0, from: 0}}]", "operation 0: payment: from: line 2: given twice"},
		"unknown name":          {head + "operations: [{payment: {from: bob}}]", "operation 0: payment: from: line 2: \"bob\" is neither"},
		"negative amount":       {head + "operations: [{opening: {amount: -5}}]", "operation 0: opening: amount"},
		"amount with a null":    {head + "operations: [{opening: {amount: null}}]", "operation 0: opening: amount"},
		"list for a value":      {head + "operations: [{opening: {amount: [1]}}]", "one value is expected"},
		"value for a list":      {head + "operations: [{slashing: {slashes: 5}}]", "a list is expected"},
		"boolean":               {head + "operations: [{lot_pointer: {clear: 7}}]", "operation 0: lot_pointer: clear"},
		"fraction":              {head + "operations: [{slashing: {slashes: [{fraction: 5}]}}]", "no fraction"},
		"rule":                  {head + "operations: [{slashing: {slashes: [{rule: all}]}}]", "pro_rata, operator_first"},
		"too fine":              {head + "operations: [{opening: {amount: 0.0000000001 ETH}}]", "more than 9 digits"},
		"refused":               {head + "operations: [{payment: {from: ann, to: 7, amount: 1}}]", "operation 0: payment: account 7: unknown id"},
		"did not fail":          {head + "operations: [{opening: {amount: 5}, fails: bound}]", "fails: it succeeded"},
		"failed otherwise":      {head + "operations: [{payment: {from: ann, to: 7, amount: 1}, fails: funds}]", "is expected"},
		"too many names":        {head + "operations: [{opening: {amount: 5}, as: a b}]", "2 names for 1"},
		"unknown figure":        {head + "operations: [{expect: {price: 5}}]", "operation 0: expect: price"},
		"missed figure":         {head + "operations: [{expect: {free: {ann: 5}}}]", "operation 0: expect: free.ann: line 2: 5000000000 Gwei, 5 expected"},
		"alias":                 {"accounts: [&a {name: ann, balance: 5}, *a]", "accounts[1]"},
	} {
		err := run([]string{"-"}, strings.NewReader(c.script), new(bytes.Buffer))
		assert.ErrorContains(t, err, c.want, name)
		assert.NotErrorIs(t, err, cli.ErrUsage, name)
	}
}

func TestJSONScript(t *testing.T) {
	script := `{"accounts": [{"name": "ann", "balance": 5}], "operations": [{"opening": {"amount": 7}, "as": "bob"}, {"expect": {"free": {"bob": 7}}}]}`
	var out bytes.Buffer
	require.NoError(t, run([]string{"-format", "csv", "-"}, strings.NewReader(script), &out))
	assert.Contains(t, out.String(), "bob,7,0,0,0,0")
}

func TestUsage(t *testing.T) {
	assert.Contains(t, output(t, "-h"), "ledger seed")
	for _, args := range [][]string{{}, {"a", "b"}, {"-x"}, {"-format", "xml", "seed"}, {"nothing-of-this-name"}} {
		assert.ErrorIs(t, run(args, strings.NewReader(""), new(bytes.Buffer)), cli.ErrUsage, "%v", args)
	}
	err := run([]string{"./no-such-file.yaml"}, strings.NewReader(""), new(bytes.Buffer))
	require.Error(t, err)
	assert.NotErrorIs(t, err, cli.ErrUsage)
}
