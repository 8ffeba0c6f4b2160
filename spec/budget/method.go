package budget

import "reflect"

// Of makes a function of a method expression: its receiver is what of returns of an
// I, an interface of which only samples are made. So a type whose tables refer to one
// another is met as its functions make it, and never with rows of nil; a nil I is the
// zero receiver.
func Of[I, R any](of func(I) R, method any) any {
	f := reflect.ValueOf(method)
	in, out := []reflect.Type{reflect.TypeFor[I]()}, []reflect.Type{}
	for i := 1; i < f.Type().NumIn(); i++ {
		in = append(in, f.Type().In(i))
	}
	for i := range f.Type().NumOut() {
		out = append(out, f.Type().Out(i))
	}
	return reflect.MakeFunc(reflect.FuncOf(in, out, false), func(args []reflect.Value) []reflect.Value {
		var receiver R
		if i, ok := args[0].Interface().(I); ok {
			receiver = of(i)
		}
		args[0] = reflect.ValueOf(receiver)
		return f.Call(args)
	}).Interface()
}
