package budget

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"slices"
	"testing"
)

// Edges is a table of a package's exported functions to call with what no caller
// should give them: nil, zero, the largest and the smallest numbers, no numbers,
// empty and short columns, texts that are none.
type Edges struct {
	Dir string // folder of the package; see [Exported]
	// Functions holds a function or a method expression, such as
	// (*Registry).Clone, for every name that [Exported] lists.
	Functions map[string]any
	// Not names functions that are left out, with the reason, which is logged.
	Not map[string]string
	// Samples make what the functions meet in use, a func(*rand.Rand) T for a type
	// T; half of all values of that type are samples.
	Samples []any
	// Kinds are what a returned error must be one of (errors.Is); none allows any.
	Kinds []error
	Calls int   // of every function; 0 means 400; with -short at most 50
	Limit Limit // of every call
}

// Test calls every function so many times, each in a subtest of its name. A call
// that panics, goes beyond the limit or returns an error of no kind fails it, as
// does an exported function without a row and a row without a function. The same
// arguments come up every time.
func (e *Edges) Test(t *testing.T) {
	exported := Exported(t, e.Dir)
	for _, name := range exported {
		if why, not := e.Not[name]; not {
			t.Logf("not called: %s: %s", name, why)
		} else if e.Functions[name] == nil {
			t.Errorf("%s: no row for %s", e.Dir, name)
		}
	}
	for name := range e.Functions {
		if !slices.Contains(exported, name) {
			t.Errorf("%s: no function for the row %s", e.Dir, name)
		}
	}
	for _, name := range exported {
		if f := e.Functions[name]; f != nil {
			t.Run(name, func(t *testing.T) { e.call(t, name, reflect.ValueOf(f)) })
		}
	}
}

func (e *Edges) call(t testing.TB, name string, f reflect.Value) {
	g := newGenerator(e.Samples, rand.New(rand.NewPCG(1, 2)))
	calls := e.Calls
	if calls == 0 {
		calls = 400
	}
	if testing.Short() {
		calls = min(calls, 50)
	}
	for i := 0; i < calls && !t.Failed(); i++ {
		args := make([]reflect.Value, f.Type().NumIn())
		for k := range args {
			args[k] = g.value(f.Type().In(k), 0)
		}
		given := describe(args)
		var out []reflect.Value
		Run(t, e.Limit, func() { out = guarded(t, f, args) })
		for _, v := range out {
			if err, ok := v.Interface().(error); ok && !e.known(err) {
				t.Errorf("an error of no kind: %v", err)
			}
		}
		if t.Failed() {
			t.Logf("%s(%s)", name, given)
		}
	}
}

func (e *Edges) known(err error) bool {
	return len(e.Kinds) == 0 || errors.Is(err, errGiven) || slices.ContainsFunc(e.Kinds, func(kind error) bool { return errors.Is(err, kind) })
}

// guarded calls f and reports a panic.
func guarded(t testing.TB, f reflect.Value, args []reflect.Value) (out []reflect.Value) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if f.Type().IsVariadic() {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

// describe is the arguments as they are before the call.
func describe(args []reflect.Value) (text string) {
	for i, a := range args {
		if i > 0 {
			text += ", "
		}
		const most = 600
		part := ""
		if a.Kind() == reflect.Pointer && !a.IsNil() && a.Elem().Kind() == reflect.Struct {
			part = fmt.Sprintf("&%+v", a.Elem())
		} else {
			part = fmt.Sprintf("%+v", a)
		}
		text += part[:min(len(part), most)]
	}
	return text
}
