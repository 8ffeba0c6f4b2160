package container

//go:generate go tool -modfile=../../../.ci/tools.mod sszgen --path=rainbow.go --include=ledger.go --objs=Rainbow,RainbowConfig,RainbowService,RainbowRegistration,RainbowRolePrice,RainbowPenalty,RainbowCertificate,RainbowSnapshot,RainbowOperatorWeight,RainbowTotals,RainbowRatio --output=rainbow_encoding.go

// Rainbow is a whole economy: a ledger and the services upon it. The lists are
// sorted: services by id, registrations by operator and service, prices by
// service, penalties by service and evidence, certificates by service and slot.
// A list holds at most 2^40 rows.
type Rainbow struct {
	Config        *RainbowConfig
	Ledger        *Ledger
	Services      []*RainbowService      `ssz-max:"1099511627776"`
	Registrations []*RainbowRegistration `ssz-max:"1099511627776"`
	Prices        []*RainbowRolePrice    `ssz-max:"1099511627776"`
	Penalties     []*RainbowPenalty      `ssz-max:"1099511627776"`
	Certificates  []*RainbowCertificate  `ssz-max:"1099511627776"`
	Mark          *RainbowSnapshot
	Set           *RainbowSnapshot
	Go            *RainbowSnapshot
	Totals        *RainbowTotals
	NextSlash     uint64
}

// RainbowRatio is a fraction; a denominator of 0 stands for none.
type RainbowRatio struct {
	Num uint64
	Den uint64
}

// RainbowConfig holds the parameters of an economy, its issuance curve first.
type RainbowConfig struct {
	CurveKind          uint8
	CurveFactor        uint64
	CurveEpochsPerYear uint64
	CurveK             uint64
	CurveN             uint64
	CurveCenter        uint64
	CurveLevel         uint64
	Convention         uint8 // 0 alpha is a share of the total, 1 a ratio to heavy
	Alpha              *RainbowRatio
	Adoption           uint8
	SlotsPerEpoch      uint64
}

// RainbowService is one job that operators may do.
type RainbowService struct {
	ID             uint64
	Class          uint8
	LossRule       uint8
	Weight         uint64
	MinBond        uint64
	Window         uint64
	MaxLoss        uint64
	Coupling       uint8
	CommitteeSize  uint64
	Quorum         *RainbowRatio
	Rule           uint8
	ProposerShare  uint64
	SoleShare      *RainbowRatio
	InclusionShare uint64

	// Since its start: Gwei, and numbers of certificates.
	Budget       uint64
	Awarded      uint64
	Owed         uint64
	AboveMaxLoss uint64
	AboveBond    uint64
	Collected    uint64
	Certified    uint64
	Omitted      uint64
}

// RainbowRegistration is an operator's service.
type RainbowRegistration struct {
	Operator   uint64
	Service    uint64
	Active     bool
	Allocation uint64
	Start      uint64
	Left       uint64
}

// RainbowRolePrice is the price of a service's role.
type RainbowRolePrice struct {
	Service     uint64
	Floor       uint64
	Price       uint64
	Sensitivity *RainbowRatio
	Target      *RainbowRatio
}

// RainbowPenalty is what a service asks of an operator, pending or done.
type RainbowPenalty struct {
	Service   uint64
	Evidence  uint64
	Operator  uint64
	Epoch     uint64
	Fraction  *RainbowRatio
	Amount    uint64
	Tombstone bool
	Done      bool
}

// RainbowCertificate says that so many of a committee vouch for a slot.
type RainbowCertificate struct {
	Service uint64
	Slot    uint64
	Present uint64
}

// RainbowSnapshot is the weight of all operators at the end of an epoch.
type RainbowSnapshot struct {
	Taken bool
	Epoch uint64
	Rows  []*RainbowOperatorWeight `ssz-max:"1099511627776"`
}

// RainbowOperatorWeight is what an operator counted for at a snapshot.
type RainbowOperatorWeight struct {
	Operator  uint64
	Heavy     uint64
	Principal uint64
	Pointers  uint64
}

// RainbowTotals is what the classes have been given since the start.
type RainbowTotals struct {
	Issued    uint64
	Heavy     uint64
	Light     uint64
	Paid      uint64
	NotMinted uint64
}
