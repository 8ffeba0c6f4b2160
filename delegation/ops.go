package delegation

import "slices"

// Operation is an operation as data: what a script, a fixture or a random walk
// holds.
type Operation interface {
	// Apply calls the ProcessX function of the operation.
	Apply(*Ledger) (Receipt, error)
}

// Slashing is a batch of slashes as an operation.
type Slashing struct {
	Slashes []Slash `json:"slashes"`
}

// HeavyReward, LightReward and PointerReward are a [Reward] as an operation.
type (
	HeavyReward   Reward
	LightReward   Reward
	PointerReward Reward
)

// Advance ends so many epochs without rewards or slashes.
type Advance struct {
	Epochs uint64 `json:"epochs"`
}

// Apply is [ProcessOpening].
func (op Opening) Apply(l *Ledger) (Receipt, error) { return ProcessOpening(l, op) }

// Apply is [ProcessPayment].
func (op Payment) Apply(l *Ledger) (Receipt, error) { return ProcessPayment(l, op) }

// Apply is [ProcessRegistration].
func (op Registration) Apply(l *Ledger) (Receipt, error) { return ProcessRegistration(l, op) }

// Apply is [ProcessBondDeposit].
func (op BondDeposit) Apply(l *Ledger) (Receipt, error) { return ProcessBondDeposit(l, op) }

// Apply is [ProcessBondWithdrawal].
func (op BondWithdrawal) Apply(l *Ledger) (Receipt, error) { return ProcessBondWithdrawal(l, op) }

// Apply is [ProcessCommissionChange].
func (op CommissionChange) Apply(l *Ledger) (Receipt, error) { return ProcessCommissionChange(l, op) }

// Apply is [ProcessDelegation].
func (op Delegation) Apply(l *Ledger) (Receipt, error) { return ProcessDelegation(l, op) }

// Apply is [ProcessUndelegation].
func (op Undelegation) Apply(l *Ledger) (Receipt, error) { return ProcessUndelegation(l, op) }

// Apply is [ProcessRedelegation].
func (op Redelegation) Apply(l *Ledger) (Receipt, error) { return ProcessRedelegation(l, op) }

// Apply is [ProcessCancellation].
func (op Cancellation) Apply(l *Ledger) (Receipt, error) { return ProcessCancellation(l, op) }

// Apply is [ProcessLightDelegation].
func (op LightDelegation) Apply(l *Ledger) (Receipt, error) { return ProcessLightDelegation(l, op) }

// Apply is [ProcessLightUndelegation].
func (op LightUndelegation) Apply(l *Ledger) (Receipt, error) {
	return ProcessLightUndelegation(l, op)
}

// Apply is [ProcessLightRedelegation].
func (op LightRedelegation) Apply(l *Ledger) (Receipt, error) {
	return ProcessLightRedelegation(l, op)
}

// Apply is [ProcessLightClaim].
func (op LightClaim) Apply(l *Ledger) (Receipt, error) { return ProcessLightClaim(l, op) }

// Apply is [ProcessLotPointer].
func (op LotPointer) Apply(l *Ledger) (Receipt, error) { return ProcessLotPointer(l, op) }

// Apply is [ProcessWalletPointer].
func (op WalletPointer) Apply(l *Ledger) (Receipt, error) { return ProcessWalletPointer(l, op) }

// Apply is [ProcessTokenisation].
func (op Tokenisation) Apply(l *Ledger) (Receipt, error) { return ProcessTokenisation(l, op) }

// Apply is [ProcessRedemption].
func (op Redemption) Apply(l *Ledger) (Receipt, error) { return ProcessRedemption(l, op) }

// Apply is [ProcessTransfer].
func (op Transfer) Apply(l *Ledger) (Receipt, error) { return ProcessTransfer(l, op) }

// Apply is [ProcessHeavyReward].
func (op HeavyReward) Apply(l *Ledger) (Receipt, error) { return ProcessHeavyReward(l, Reward(op)) }

// Apply is [ProcessLightReward].
func (op LightReward) Apply(l *Ledger) (Receipt, error) { return ProcessLightReward(l, Reward(op)) }

// Apply is [ProcessPointerReward].
func (op PointerReward) Apply(l *Ledger) (Receipt, error) {
	return ProcessPointerReward(l, Reward(op))
}

// Apply is [ProcessEvidence].
func (op EvidenceSubmission) Apply(l *Ledger) (Receipt, error) { return ProcessEvidence(l, op) }

// Apply is [ProcessSlashing].
func (op Slashing) Apply(l *Ledger) (Receipt, error) { return ProcessSlashing(l, op.Slashes) }

// Apply is [ProcessUnjail].
func (op Unjail) Apply(l *Ledger) (Receipt, error) { return ProcessUnjail(l, op) }

// Apply is [ProcessTombstoning].
func (op Tombstoning) Apply(l *Ledger) (Receipt, error) { return ProcessTombstoning(l, op) }

// Apply is [ProcessExit].
func (op Exit) Apply(l *Ledger) (Receipt, error) { return ProcessExit(l, op) }

// Apply is [ProcessEpoch].
func (op EpochInput) Apply(l *Ledger) (Receipt, error) { return ProcessEpoch(l, op) }

// Apply is [ProcessEpochs].
func (op Advance) Apply(l *Ledger) (Receipt, error) { return ProcessEpochs(l, op.Epochs) }

// operations holds a new operation of every kind, by name.
var operations = map[string]func() Operation{
	"opening":            func() Operation { return new(Opening) },
	"payment":            func() Operation { return new(Payment) },
	"registration":       func() Operation { return new(Registration) },
	"bond_deposit":       func() Operation { return new(BondDeposit) },
	"bond_withdrawal":    func() Operation { return new(BondWithdrawal) },
	"commission_change":  func() Operation { return new(CommissionChange) },
	"delegation":         func() Operation { return new(Delegation) },
	"undelegation":       func() Operation { return new(Undelegation) },
	"redelegation":       func() Operation { return new(Redelegation) },
	"cancellation":       func() Operation { return new(Cancellation) },
	"light_delegation":   func() Operation { return new(LightDelegation) },
	"light_undelegation": func() Operation { return new(LightUndelegation) },
	"light_redelegation": func() Operation { return new(LightRedelegation) },
	"light_claim":        func() Operation { return new(LightClaim) },
	"lot_pointer":        func() Operation { return new(LotPointer) },
	"wallet_pointer":     func() Operation { return new(WalletPointer) },
	"tokenisation":       func() Operation { return new(Tokenisation) },
	"redemption":         func() Operation { return new(Redemption) },
	"transfer":           func() Operation { return new(Transfer) },
	"heavy_reward":       func() Operation { return new(HeavyReward) },
	"light_reward":       func() Operation { return new(LightReward) },
	"pointer_reward":     func() Operation { return new(PointerReward) },
	"evidence":           func() Operation { return new(EvidenceSubmission) },
	"slashing":           func() Operation { return new(Slashing) },
	"unjail":             func() Operation { return new(Unjail) },
	"tombstoning":        func() Operation { return new(Tombstoning) },
	"exit":               func() Operation { return new(Exit) },
	"epoch":              func() Operation { return new(EpochInput) },
	"advance":            func() Operation { return new(Advance) },
}

// NewOperation returns a pointer to an empty operation of the named kind, to be
// decoded into, and false for a name that is not among [OperationNames].
func NewOperation(name string) (Operation, bool) {
	f, ok := operations[name]
	if !ok {
		return nil, false
	}
	return f(), true
}

// OperationNames returns the names of all operations, sorted.
func OperationNames() []string {
	names := make([]string, 0, len(operations))
	for name := range operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
