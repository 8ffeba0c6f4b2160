package container

//go:generate go tool -modfile=../../../.ci/tools.mod sszgen --path=bytelist_test.go --objs=byteList --output=bytelist_encoding_test.go

// byteList is a List[uint8] for the regression test of the generator: older
// ones compute a wrong root for more than 32 elements.
type byteList struct {
	Bytes []byte `ssz-max:"1099511627776"`
}
