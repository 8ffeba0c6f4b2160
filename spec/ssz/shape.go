package ssz

// shape says how the bytes of a value of fixed size become its root: those of a
// container by its members, those of a vector by its elements; with neither they
// are cut into chunks of 32 bytes, as numbers, roots, keys and bits are.
type shape struct {
	size    int64    // bytes; 0: what the other members leave, or all there are
	members []*shape // of a container
	each    *shape   // of a vector whose elements have a root each
	most    byte     // largest value of a single byte that is a boolean or few bits; 0: any
}

// container has the members in order.
func container(members ...*shape) *shape {
	c := &shape{members: members}
	for _, m := range members {
		if m.size == 0 { // its container has the size of the value
			c.size = 0
			break
		}
		c.size += m.size
	}
	return c
}

// vector has as many elements as its bytes have room for.
func vector(of *shape) *shape { return &shape{each: of} }

// The basic values, by their size.
var (
	boolean   = &shape{size: 1, most: 1}
	bits4     = &shape{size: 1, most: 15}
	uint8s    = &shape{size: 1}
	bytesOf4  = &shape{size: 4}
	uint64s   = &shape{size: 8}
	bytesOf20 = &shape{size: 20}
	bytesOf32 = &shape{size: 32}
	bytesOf48 = &shape{size: publicKeySize}
	bytesOf96 = &shape{size: 96}
)

// The containers inside a state and around it, with the specification's names.
var (
	forkShape                = container(bytesOf4, bytesOf4, uint64s)
	forkData                 = container(bytesOf4, bytesOf32)
	checkpoint               = container(uint64s, bytesOf32)
	blockHeader              = container(uint64s, uint64s, bytesOf32, bytesOf32, bytesOf32)
	eth1Data                 = container(bytesOf32, uint64s, bytesOf32)
	validator                = container(bytesOf48, bytesOf32, uint64s, boolean, uint64s, uint64s, uint64s, uint64s)
	syncCommitteeShape       = container(vector(bytesOf48), bytesOf48)
	historicalSummary        = container(bytesOf32, bytesOf32)
	depositMessage           = container(bytesOf48, bytesOf32, uint64s)
	pendingDeposit           = container(bytesOf48, bytesOf32, uint64s, bytesOf96, uint64s)
	pendingPartialWithdrawal = container(uint64s, uint64s, uint64s)
	pendingConsolidation     = container(uint64s, uint64s)
	builder                  = container(bytesOf48, uint8s, bytesOf20, uint64s, uint64s, uint64s)
	builderPendingWithdrawal = container(bytesOf20, uint64s, uint64s)
	builderPendingPayment    = container(uint64s, builderPendingWithdrawal, uint64s)
	withdrawal               = container(uint64s, uint64s, bytesOf20, uint64s)
	builderPendingPayments   = vector(builderPendingPayment)
)
