package ssz_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/ssz"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	calls := 100
	if testing.Short() {
		calls = 25
	}
	edges := budget.Edges{
		Dir: ".", Calls: calls, Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown, io.EOF, errBroken},
		Functions: map[string]any{
			"Buffer.ReadAt": ssz.Buffer.ReadAt, "Buffer.WriteAt": ssz.Buffer.WriteAt, "Build": ssz.Build,
			"ContainerRoot": ssz.ContainerRoot, "Containers": ssz.Containers, "Detect": ssz.Detect, "DetectIn": ssz.DetectIn,
			"Open": ssz.Open, "Pieces.Bytes": opened((*ssz.Pieces).Bytes), "Pieces.Field": opened((*ssz.Pieces).Field),
			"Pieces.FieldRoot": opened((*ssz.Pieces).FieldRoot), "Pieces.Len": opened((*ssz.Pieces).Len), "Pieces.Params": opened((*ssz.Pieces).Params),
			"Pieces.Put": opened((*ssz.Pieces).Put), "Pieces.Root": opened((*ssz.Pieces).Root), "Pieces.Set": opened((*ssz.Pieces).Set),
			"Pieces.WriteBack": opened((*ssz.Pieces).WriteBack), "Pieces.WriteBeaconState": opened((*ssz.Pieces).WriteBeaconState),
			"Pieces.WriteTo": opened((*ssz.Pieces).WriteTo), "ReadIdentity": ssz.ReadIdentity,
			"State.AssignSlots": opened((*ssz.State).AssignSlots), "State.AttesterSeed": opened((*ssz.State).AttesterSeed),
			"State.Boundary": opened((*ssz.State).Boundary), "State.Field": opened((*ssz.State).Field), "State.FieldAt": opened((*ssz.State).FieldAt),
			"State.Fields": opened((*ssz.State).Fields), "State.Len": opened((*ssz.State).Len), "State.Params": opened((*ssz.State).Params),
			"State.Pieces": opened((*ssz.State).Pieces), "State.RandaoMix": opened((*ssz.State).RandaoMix),
			"State.ReadBeaconState": opened((*ssz.State).ReadBeaconState), "State.ReadRegistry": opened((*ssz.State).ReadRegistry),
			"State.Root": opened((*ssz.State).Root), "State.SaveAs": opened(saveAs), "State.Slot": opened((*ssz.State).Slot),
			"State.Smoothed": opened((*ssz.State).Smoothed), "State.WriteBack": opened((*ssz.State).WriteBack),
			"State.WriteClock": opened((*ssz.State).WriteClock), "State.WriteSmoothed": opened((*ssz.State).WriteSmoothed),
		},
		Samples: []any{sampleOpen, samplePieces, sampleSource, sampleTarget, sampleFieldName, sampleBeaconState, sampleRegistry, sampleParams},
	}
	edges.Test(t)
}

// opened leaves out the states and pieces that nobody has opened: those have no
// source.
func opened(method any) any {
	call := reflect.ValueOf(method)
	return reflect.MakeFunc(call.Type(), func(args []reflect.Value) []reflect.Value {
		if args[0].IsNil() || args[0].Elem().IsZero() {
			out := make([]reflect.Value, call.Type().NumOut())
			for i := range out {
				out[i] = reflect.Zero(call.Type().Out(i))
			}
			return out
		}
		return call.Call(args)
	}).Interface()
}

// saveAs calls the function without a name, so that no file is written.
func saveAs(s *ssz.State, change func(io.WriterAt) error) {
	_ = s.SaveAs("", change)
}

func sampleOpen(rng *rand.Rand) *ssz.State {
	fork := spec.Fork(rng.IntN(len(spec.Forks())))
	b := sampleBytes(rng, fork)
	s, err := ssz.Open(b, int64(len(b)), paramsOf(spec.Minimal, fork))
	if err != nil {
		panic(err)
	}
	return s
}

// samples are the states that were drawn already, by fork.
var samples = map[spec.Fork]ssz.Buffer{}

func sampleBytes(rng *rand.Rand, fork spec.Fork) ssz.Buffer {
	if samples[fork] == nil {
		samples[fork] = randomState(rng, spec.Minimal, fork, 20)
	}
	return bytes.Clone(samples[fork])
}

func samplePieces(rng *rand.Rand) *ssz.Pieces { return must(sampleOpen(rng).Pieces()) }

func sampleSource(rng *rand.Rand) io.ReaderAt {
	b := sampleBytes(rng, spec.Fork(rng.IntN(len(spec.Forks()))))
	return broken{b, int64(rng.IntN(2 * len(b)))}
}

func sampleTarget(rng *rand.Rand) io.WriterAt { return make(ssz.Buffer, rng.IntN(30_000)) }

func sampleFieldName(rng *rand.Rand) string {
	names := []string{"slot", "validators", "balances", "latest_execution_payload_header", "ptc_window", "justification_bits", "Validator", "Fork"}
	return names[rng.IntN(len(names))]
}

func sampleRegistry(rng *rand.Rand) *spec.Registry { return sampleBeaconState(rng).Registry }

func sampleParams(rng *rand.Rand) *spec.Params {
	return paramsOf(spec.Minimal, spec.Fork(rng.IntN(len(spec.Forks()))))
}

func sampleBeaconState(rng *rand.Rand) *spec.BeaconState {
	var s spec.BeaconState
	if err := sampleOpen(rng).ReadBeaconState(&s, 1); err != nil {
		panic(errors.New("a sample that cannot be read"))
	}
	return &s
}
