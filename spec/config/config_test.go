package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/config"
	"github.com/stakesim/stakesim/spec/file"
)

// devnet is a config.yaml in the shape in which clients ship it.
const devnet = `# Extends the mainnet preset
PRESET_BASE: 'mainnet'
CONFIG_NAME: "devnet-5" # free form

GENESIS_FORK_VERSION: 0x10355025
ALTAIR_FORK_VERSION: 0x20355025
ALTAIR_FORK_EPOCH: 0
ELECTRA_FORK_VERSION: 0x60355025
ELECTRA_FORK_EPOCH: 3   # soon
GLOAS_FORK_VERSION: 0x80355025
GLOAS_FORK_EPOCH: 18446744073709551615
EIP9999_FORK_VERSION: 0x99
SECONDS_PER_SLOT: 6
SLOT_DURATION_MS: 6000
EJECTION_BALANCE: 31000000000
DEPOSIT_CONTRACT_ADDRESS: 0x4242424242424242424242424242424242424242
BLOB_SCHEDULE:
  - EPOCH: 4
    MAX_BLOBS_PER_BLOCK: 15
- SLOTS_PER_EPOCH: 9
`

func read(texts ...string) (*spec.Network, error) {
	var files []file.Input
	for i, text := range texts {
		files = append(files, file.Once(fmt.Sprintf("%c.yaml", 'a'+i), strings.NewReader(text)))
	}
	return config.Read(files...)
}

func TestAConfigurationOfAKnownPresetIsRead(t *testing.T) {
	for name, text := range map[string]string{
		"as it is": devnet, "with a byte order mark": "\uFEFF" + devnet, "from Windows": strings.ReplaceAll(devnet, "\n", "\r\n"),
		"with a document": "---\n" + devnet, "with a key twice alike": devnet + "ALTAIR_FORK_EPOCH: 0\n",
	} {
		n, err := read(text)
		require.NoError(t, err, name)
		p, err := n.Params(spec.Electra)
		require.NoError(t, err)
		want, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
		require.NoError(t, err)
		want.Network, want.ForkVersion, want.SlotDurationMS, want.EjectionBalance = "devnet-5", spec.ForkVersion{0x60, 0x35, 0x50, 0x25}, 6000, 31e9
		want.GenesisForkVersion = spec.ForkVersion{0x10, 0x35, 0x50, 0x25}
		require.Equal(t, want, p, name)
		require.EqualValues(t, 3, n.ForkEpoch(spec.Electra))
		require.EqualValues(t, spec.FarFutureEpoch, n.ForkEpoch(spec.Deneb), "mainnet's forks are not its own")
		_, ok := n.ForkVersion(spec.Deneb)
		require.False(t, ok)
	}
}

func TestACustomPresetComesFromItsOwnFiles(t *testing.T) {
	mainnet, err := spec.NetworkNamed("mainnet")
	require.NoError(t, err)
	var preset, rest strings.Builder
	for name, v := range mainnet.Constants() {
		if name == "SLOTS_PER_EPOCH" {
			v = 4
		}
		to := &rest
		if spec.InPreset(name) {
			to = &preset
		}
		fmt.Fprintf(to, "%s: %d\n", name, v)
	}
	head := "PRESET_BASE: tiny\nCONFIG_NAME: tiny-1\nALTAIR_FORK_EPOCH: 1\nALTAIR_FORK_VERSION: 0x01000099\n"
	n, err := read(head+rest.String(), preset.String())
	require.NoError(t, err)
	p, err := n.Params(spec.Altair)
	require.NoError(t, err)
	require.EqualValues(t, 4, p.SlotsPerEpoch)
	require.Equal(t, "tiny", n.Preset)

	_, err = read(head + rest.String())
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorContains(t, err, `a.yaml:1: preset "tiny"`)
	require.ErrorContains(t, err, "give the files of that preset")

	lacking := strings.Replace(preset.String(), "BASE_REWARD_FACTOR: 64\n", "", 1)
	_, err = read(head+rest.String(), lacking)
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorContains(t, err, "BASE_REWARD_FACTOR", "no constant is made up")

	later := strings.Replace(preset.String(), "PTC_SIZE: 512\n", "", 1)
	n, err = read(head+rest.String(), later)
	require.NoError(t, err, "a fork that is not scheduled may lack constants")
	_, err = n.Params(spec.Gloas)
	require.ErrorContains(t, err, "PTC_SIZE")
}

func TestABadConfigurationIsAnErrorWithFileAndLine(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		says  string
	}{
		"nothing":                    {[]string{""}, "PRESET_BASE: invalid input: not there"},
		"no colon":                   {[]string{devnet + "SLOTS\n"}, `a.yaml:21: invalid input: "SLOTS": want KEY: value`},
		"no space":                   {[]string{"PRESET_BASE:mainnet"}, `a.yaml:1: invalid input: "PRESET_BASE:mainnet": want KEY: value`},
		"another format":             {[]string{`{"data": {}}`}, `a.yaml:1: invalid input`},
		"another key":                {[]string{"name: x\n"}, `a.yaml:1: invalid input: key "name"`},
		"a number that is none":      {[]string{devnet + "CHURN_LIMIT_QUOTIENT: many\n"}, `a.yaml:21: CHURN_LIMIT_QUOTIENT: invalid input: "many"`},
		"a version that is none":     {[]string{devnet + "FULU_FORK_VERSION: 7\n"}, `a.yaml:21: FULU_FORK_VERSION: fork version "7": invalid input`},
		"two values":                 {[]string{devnet, "\nALTAIR_FORK_EPOCH: 7\n"}, `b.yaml:2: ALTAIR_FORK_EPOCH: invalid input: "7" here, "0" in a.yaml:7`},
		"two clocks":                 {[]string{strings.Replace(devnet, "_MS: 6000", "_MS: 12000", 1)}, "a.yaml:14: SLOT_DURATION_MS: invalid input: 12000, where SECONDS_PER_SLOT in a.yaml:13 is 6"},
		"a version of two forks":     {[]string{devnet + "FULU_FORK_VERSION: 0x60355025\n"}, "0x60355025 is that of fulu and of electra"},
		"a constant of no state":     {[]string{devnet + "SLOTS_PER_EPOCH: 65\n"}, "a.yaml:21: devnet-5 altair: SLOTS_PER_EPOCH: invalid input: 65 above 64"},
		"another increment":          {[]string{devnet + "EFFECTIVE_BALANCE_INCREMENT: 2000000000\n"}, "a.yaml:21: EFFECTIVE_BALANCE_INCREMENT"},
		"an unknown preset":          {[]string{strings.Replace(devnet, "mainnet'", "mainet'", 1)}, `preset "mainet": unknown name`},
		"control characters":         {[]string{"PRESET_BASE: mainnet\nCONFIG_NAME: \"\x1b[2J\"\n"}, "a.yaml:2: CONFIG_NAME"},
		"a fork without its numbers": {[]string{"PRESET_BASE: gnosis\nGLOAS_FORK_EPOCH: 9\n"}, "CHURN_LIMIT_QUOTIENT_GLOAS: unknown name"},
	} {
		_, err := read(c.texts...)
		require.ErrorContains(t, err, c.says, name)
	}
}

func TestAHugeFileIsRefusedWithinBounds(t *testing.T) {
	budget.Run(t, budget.Limit{}, func() {
		_, err := config.Read(file.Once("lines", endless{}))
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, "lines:262145: ")
		var keys strings.Builder
		for i := range 80_000 {
			fmt.Fprintf(&keys, "KEY_%d: 1\n", i)
		}
		_, err = read(keys.String())
		require.ErrorContains(t, err, "PRESET_BASE")
	})
	_, err := config.Open(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// endless are lines without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	n := len(p) / 4 * 4
	copy(p, strings.Repeat("# x\n", n/4))
	return n, nil
}

// Whatever is read, the network's constants are usable or an error.
func FuzzRead(f *testing.F) {
	f.Add(devnet)
	f.Add("PRESET_BASE: minimal\n")
	f.Add("PRESET_BASE: x\nSLOTS_PER_EPOCH: 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		budget.Run(t, budget.Limit{}, func() {
			n, err := read(text)
			if err != nil {
				require.Nil(t, n)
				return
			}
			for _, fork := range spec.Forks() {
				if p, err := n.Params(fork); err == nil {
					require.NoError(t, p.Validate())
				} else {
					require.Equal(t, spec.FarFutureEpoch, n.ForkEpoch(fork))
				}
			}
		})
	})
}

func ExampleRead() {
	text := "PRESET_BASE: gnosis\nCONFIG_NAME: test-1\nELECTRA_FORK_VERSION: 0x05000099\n"
	n, err := config.Read(file.Once("config.yaml", strings.NewReader(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := n.Params(spec.Electra)
	fmt.Println(p.Network, p.ForkVersion, p.SlotsPerEpoch, err)
	// Output: test-1 0x05000099 16 <nil>
}

func ExampleOpen() {
	_, err := config.Open("testdata/none.yaml")
	fmt.Println(err)
	// Output: stat testdata/none.yaml: no such file or directory
}
