// Package zrnt moves the columns of an epoch transition between a beacon state
// of github.com/protolambda/zrnt and a [spec.Registry], and runs zrnt's own
// epoch transition with the rewards and penalties of the caller. It is the
// only package of this module that knows zrnt.
//
// zrnt v0.34.1 has epoch transitions for altair to deneb. For electra and
// later use the raw states of package ssz.
package zrnt
