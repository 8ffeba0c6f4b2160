package delegation

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// PotKind says what kind of pot holds Gwei.
type PotKind uint8

// The pots. Every Gwei of a ledger lies in one of them.
const (
	PotNone           PotKind = iota
	PotOutside                // before it is brought in
	PotIssuance               // before it is minted
	PotFree                   // an account's free balance
	PotBond                   // an operator's bond
	PotPool                   // an operator's heavy pool
	PotUnbonding              // an unbonding entry
	PotLight                  // the principal of a light position
	PotLightRewards           // an operator's light rewards, not yet paid
	PotPointerRewards         // an operator's pointer rewards, not yet paid
	PotTreasury               // slashed, kept
	PotBurned                 // slashed, out of circulation
	potKinds
)

var potNames = [potKinds]string{
	"-", "outside", "issuance", "account", "bond", "pool", "unbonding", "light", "reserve", "pointers", "treasury", "burned",
}

// String returns the name of the kind of pot.
func (k PotKind) String() string {
	if k >= potKinds {
		return fmt.Sprintf("place(%d)", uint8(k))
	}
	return potNames[k]
}

// Pot is one pot: its kind, and the id of the account, operator, entry or light
// position. The id is 0 and means nothing for the pots that there is one of.
type Pot struct {
	Kind PotKind
	ID   uint64
}

// String returns the kind and, where it means something, the id.
func (p Pot) String() string {
	switch p.Kind {
	case PotNone, PotOutside, PotIssuance, PotTreasury, PotBurned:
		return p.Kind.String()
	}
	return fmt.Sprintf("%v %d", p.Kind, p.ID)
}

// EventKind says what an event reports.
type EventKind uint8

// The kinds of events. Only Moved, Rewarded and Slashed carry Gwei from one pot to
// another: replaying them gives every balance.
const (
	Moved              EventKind = iota // by its owner, or released to him
	Rewarded                            // from issuance or from a reserve
	Slashed                             // to burned or treasury
	LotCreated                          // Lot, with Shares
	LotSplit                            // Shares of Lot now are NewLot
	LotBurned                           // Lot lost Shares, by a lien or with its pool
	UnbondingSplit                      // Amount of entry Lot now is elsewhere
	LienSet                             // on Lot, for Operator
	LienReleased                        // of Lot, for Operator
	LotTokenised                        // Lot is tokenised
	LotRedeemed                         // Lot is plain again
	LotTransferred                      // Lot to another owner
	PointerSet                          // Lot or account To directs weight to Operator
	PointerCleared                      // it no longer does
	PrincipalActivated                  // pending principal of light position Lot earns
	OperatorRegistered                  // Operator
	AccountOpened                       // account To
	CommissionChanged                   // commission of Operator, Shares is the new one in parts
	EvidenceFiled                       // evidence Lot against Operator
	EvidenceLapsed                      // evidence Lot has lapsed
	OperatorJailed                      // Operator
	OperatorUnjailed                    // Operator
	OperatorTombstoned                  // Operator
	ExitStageReached                    // Operator, stage Shares
	OperatorRemoved                     // Operator
	SlashUncollected                    // Amount of slash Lot
	eventKinds
)

var eventNames = [eventKinds]string{
	"moved", "rewarded", "slashed", "lot created", "lot split", "lot burned", "entry split", "lien set", "lien released",
	"tokenised", "redeemed", "transferred", "pointed", "pointer cleared", "activated", "registered", "opened",
	"commission", "accused", "absolved", "jailed", "unjailed", "tombstoned", "exit", "record dropped", "uncollected",
}

// String returns the name of the kind of event.
func (k EventKind) String() string {
	if k >= eventKinds {
		return fmt.Sprintf("event(%d)", uint8(k))
	}
	return eventNames[k]
}

// Event is one thing that happened. Fields that its kind does not use are zero.
type Event struct {
	Kind          EventKind
	From, To      Pot
	Operator      uint64
	Lot, NewLot   uint64 // ids of lots, entries, light positions, evidence or slashes
	Amount        spec.Gwei
	Shares        uint64
	Before, After Price // of Operator's pool, where Gwei entered or left it
}

// ItemError is an item of a batch that was skipped.
type ItemError struct {
	List  string // "slashes" or "rewards"
	Index int    // in the list
	Err   error
}

// Error returns "list[index]: what is wrong".
func (e ItemError) Error() string { return fmt.Sprintf("%s[%d]: %v", e.List, e.Index, e.Err) }

// Unwrap returns what is wrong.
func (e ItemError) Unwrap() error { return e.Err }

// Receipt is what an operation did, in order.
type Receipt struct {
	Operation string
	Epoch     spec.Epoch // at its start
	Created   []uint64   // new ids, in order: accounts, operators, lots, entries, light positions, evidence
	Events    []Event
	Skipped   []ItemError // of a batch
}

// Moves returns the net change of every pot, Outside and Issuance included; none for
// nil.
func (r *Receipt) Moves() map[Pot]int64 {
	m := map[Pot]int64{}
	if r == nil {
		return m
	}
	for _, e := range r.Events {
		if e.Kind <= Slashed {
			m[e.From] -= int64(e.Amount)
			m[e.To] += int64(e.Amount)
		}
	}
	return m
}
