package sample

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"

	"github.com/stakesim/stakesim/spec"
)

func itoa(n int) string { return strconv.Itoa(n) }

// draw makes up the chain of a period: every epoch by itself, so that tables can
// be drawn apart.
type draw struct {
	p   Period
	rng *rand.Rand
	ids []uint32 // in the order of the epoch's committees
}

func (p Period) draw() *draw {
	d := &draw{p: p, ids: make([]uint32, p.Validators)}
	return d
}

// What a hash is for.
const (
	saltMissed = iota + 1
	saltTwice
	saltSlashed
	saltUnknown
	saltBalance
	saltOutage
	saltRoot
	saltCluster
)

// hash is 64 bits that depend on the seed, their use and a number: the finisher
// of SplitMix64, twice.
func (d *draw) hash(salt, n uint64) uint64 { return mix(mix(d.p.Seed^salt<<56) + n) }

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *draw) chance(salt, n, of, in uint64) bool { return d.hash(salt, n)%in < of }

// missed says whether a slot has no block. The one that fills the first slot of
// the period is there.
func (d *draw) missed(slot spec.Slot) bool {
	return slot != d.p.first()-3 && d.chance(saltMissed, uint64(slot), 1, 40)
}

// filled is the last slot with a block at or before a slot.
func (d *draw) filled(slot spec.Slot) spec.Slot {
	for d.missed(slot) {
		slot--
	}
	return slot
}

func (d *draw) root(slot spec.Slot) string {
	var b [32]byte
	binary.BigEndian.PutUint64(b[:], d.hash(saltRoot, uint64(slot)))
	binary.BigEndian.PutUint64(b[24:], uint64(slot))
	return "0x" + hex.EncodeToString(b[:])
}

// increments is the effective balance of a validator in ETH.
func (d *draw) increments(v, epoch uint64) uint64 {
	h := d.hash(saltBalance, v)
	if h%16 == 0 {
		return 33 + (h>>8+epoch/64)%2016
	}
	return 32
}

// shuffle deals the committees of an epoch.
func (d *draw) shuffle(e spec.Epoch) {
	d.rng = rand.New(rand.NewPCG(d.p.Seed, uint64(e)))
	for i := range d.ids {
		d.ids[i] = uint32(i)
	}
	d.rng.Shuffle(len(d.ids), func(i, j int) { d.ids[i], d.ids[j] = d.ids[j], d.ids[i] })
}

// committees are those of a slot of the epoch shuffled last: 128 members or more
// each, at most 64. They are views of one list.
func (d *draw) committees(offset int) [][]uint32 {
	ids := d.ids[offset*len(d.ids)/slotsPerEpoch : (offset+1)*len(d.ids)/slotsPerEpoch]
	n := max(1, min(64, len(ids)/128))
	out := make([][]uint32, n)
	for i := range n {
		out[i] = ids[i*len(ids)/n : (i+1)*len(ids)/n]
	}
	return out
}

// Clusters are runs of indices: the first holds a fifth, the others share the
// rest.
const clusters = 20

func (d *draw) cluster(v uint32) int {
	fifth := uint32(d.p.Validators / 5)
	if v < fifth {
		return 0
	}
	return 1 + int(uint64(v-fifth)*(clusters-1)/uint64(uint32(d.p.Validators)-fifth))
}

// down says which clusters are offline in an epoch.
func (d *draw) down(e spec.Epoch) (down [clusters]bool) {
	for c := range down {
		down[c] = d.chance(saltOutage, uint64(e)*clusters+uint64(c), 1, 50)
	}
	return down
}
