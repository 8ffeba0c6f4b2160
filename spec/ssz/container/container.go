// Package container holds the SSZ containers of the ledgers, with the code that
// fastssz's generator writes for them: sizes, serialisation, hash tree roots.
//
// It is apart from package ssz because that library does not build on 32-bit
// machines; the raw states of package ssz do.
//
// The generated files are current when this prints nothing:
//
//	go generate ./spec/ssz/container && git diff --exit-code -- spec/ssz/container
//
// The generator is given the one file that declares the types: given the
// directory it finds its own output and writes empty methods.
package container
