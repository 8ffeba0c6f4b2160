// Package bls verifies signatures and adds public keys up for the steps of an epoch
// that need it, on the BLS library that zrnt brings. A client passes its own
// functions instead.
package bls

import (
	"fmt"

	blsu "github.com/protolambda/bls12-381-util"

	"github.com/stakesim/stakesim/spec"
)

// Verify reports whether a signature of a root is that of a key in the scheme
// BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_. A key at infinity, and encodings that
// are no points of the subgroup, are false.
func Verify(key spec.PublicKey, root spec.Root, signature spec.Signature) bool {
	var k blsu.Pubkey
	var s blsu.Signature
	raw, sig := [48]byte(key), [96]byte(signature)
	return k.Deserialize(&raw) == nil && s.Deserialize(&sig) == nil && blsu.Verify(&k, root[:], &s)
}

// Aggregate is the sum of the keys, each as often as it stands in the list. No key,
// and one that is no point of the subgroup, give [spec.ErrInput] with its place.
func Aggregate(keys []spec.PublicKey) (spec.PublicKey, error) {
	if len(keys) == 0 {
		return spec.PublicKey{}, spec.Atf("public keys", -1, spec.ErrInput, "none to add up")
	}
	points := make([]*blsu.Pubkey, len(keys))
	for i, key := range keys {
		var err error
		if points[i], err = point(key); err != nil {
			return spec.PublicKey{}, spec.Atf("public keys", i, spec.ErrInput, "%x: %v", key[:8], err)
		}
	}
	sum, err := blsu.AggregatePubkeys(points)
	if err != nil {
		return spec.PublicKey{}, fmt.Errorf("%w: %v", spec.ErrInput, err)
	}
	return sum.Serialize(), nil
}

// point decodes a key.
func point(key spec.PublicKey) (*blsu.Pubkey, error) {
	p, raw := new(blsu.Pubkey), [48]byte(key)
	if err := p.Deserialize(&raw); err != nil {
		return nil, err
	}
	return p, nil
}
