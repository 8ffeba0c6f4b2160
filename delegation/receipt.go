package delegation

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// PotKind says what kind of pot holds Gwei.
type PotKind uint8

// The kinds of pots. Every Gwei of a ledger lies in one of them.
const (
	PotNone           PotKind = iota
	PotOutside                // before it is brought in
	PotIssuance               // before it is minted
	PotFree                   // an account's free balance
	PotBond                   // an operator's bond
	PotPool                   // an operator's heavy pool
	PotUnbonding              // an unbonding entry
	PotLight                  // the principal of a light position
	PotLightRewards           // an operator's light rewards that are not yet paid
	PotPointerRewards         // an operator's pointer rewards that are not yet paid
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
		return fmt.Sprintf("pot(%d)", uint8(k))
	}
	return potNames[k]
}

// Pot is one pot: its kind, and the id of the row that it belongs to. That is an
// account of a free balance, an operator of a bond, a pool and rewards, an unbonding
// entry or a light position; the other kinds have one pot each, with the id 0.
type Pot struct {
	Kind PotKind
	ID   uint64
}

// The pots by what they belong to.

func freeOf(id AccountID) Pot              { return Pot{PotFree, uint64(id)} }
func bondOf(id OperatorID) Pot             { return Pot{PotBond, uint64(id)} }
func poolOf(id OperatorID) Pot             { return Pot{PotPool, uint64(id)} }
func unbondingOf(id UnbondingID) Pot       { return Pot{PotUnbonding, uint64(id)} }
func lightOf(id PositionID) Pot            { return Pot{PotLight, uint64(id)} }
func rewardsOf(k PotKind, o *Operator) Pot { return Pot{k, uint64(o.ID)} }

// String returns the kind and, where the kind has more than one pot, the id.
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
	Rewarded                            // from issuance, or from rewards that are not yet paid
	Slashed                             // to burned or treasury
	LotCreated                          // the lot, with Shares, for the account To
	LotSplit                            // Shares of the lot are now NewLot
	LotBurned                           // the lot lost Shares, by a lien or with its pool
	UnbondingSplit                      // Amount of the unbonding entry is now elsewhere
	LienSet                             // on the lot, for Operator
	LienReleased                        // of the lot or unbonding entry, for Operator
	LotTokenised                        // the lot
	LotRedeemed                         // the lot is plain again
	LotTransferred                      // the lot, to another owner
	PointerSet                          // the lot or the account To lends weight to Operator
	PointerCleared                      // it no longer does
	PrincipalActivated                  // pending principal of the light position earns
	OperatorRegistered                  // Operator
	AccountOpened                       // the account To
	CommissionChanged                   // of Operator, to Commission
	EvidenceFiled                       // the evidence, against Operator
	EvidenceLapsed                      // the evidence, against Operator
	OperatorJailed                      // Operator
	OperatorUnjailed                    // Operator
	OperatorTombstoned                  // Operator
	ExitStageReached                    // Operator, Stage
	OperatorRemoved                     // Operator
	SlashUncollected                    // Amount of the slash
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

// RowKind says what an event is about, beside an operator.
type RowKind uint8

// The kinds of rows that events are about.
const (
	NoRow RowKind = iota
	LotRow
	UnbondingRow
	LightRow
	EvidenceRow
	SlashRow
)

// Event is one thing that happened. Fields that its kind does not use are zero.
type Event struct {
	Kind          EventKind
	Row           RowKind   // what ID names
	Stage         ExitStage // of ExitStageReached
	Commission    uint32    // of CommissionChanged, in parts of 10^9
	From, To      Pot
	Operator      OperatorID
	ID            uint64 // of the Row: read it with Lot, Unbonding, Light, Evidence or Slash
	NewLot        LotID  // of LotSplit
	Amount        spec.Gwei
	Shares        uint64
	Before, After Price // of Operator's pool, where Gwei entered or left it
}

// Lot returns the lot that the event is about, and false when it is about none.
func (e Event) Lot() (LotID, bool) { return LotID(e.ID), e.Row == LotRow }

// Unbonding returns the unbonding entry that the event is about, and false when it is
// about none.
func (e Event) Unbonding() (UnbondingID, bool) { return UnbondingID(e.ID), e.Row == UnbondingRow }

// Light returns the light position that the event is about, and false when it is
// about none.
func (e Event) Light() (PositionID, bool) { return PositionID(e.ID), e.Row == LightRow }

// Evidence returns the evidence that the event is about, and false when it is about
// none.
func (e Event) Evidence() (EvidenceID, bool) { return EvidenceID(e.ID), e.Row == EvidenceRow }

// Slash returns the slash that the event is about, and false when it is about none.
func (e Event) Slash() (SlashID, bool) { return SlashID(e.ID), e.Row == SlashRow }

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

// Created lists the rows that an operation made, of each kind in the order in which it
// made them.
type Created struct {
	Accounts   []AccountID
	Operators  []OperatorID
	Lots       []LotID
	Unbondings []UnbondingID
	Lights     []PositionID
	Evidence   []EvidenceID
}

// IDs are the ids of all of them, in the order of the fields: for every operation the
// order in which it made them.
func (c Created) IDs() []uint64 {
	ids := appendIDs(appendIDs([]uint64{}, c.Accounts), c.Operators)
	ids = appendIDs(appendIDs(ids, c.Lots), c.Unbondings)
	return appendIDs(appendIDs(ids, c.Lights), c.Evidence)
}

func appendIDs[ID ~uint64](list []uint64, ids []ID) []uint64 {
	for _, id := range ids {
		list = append(list, uint64(id))
	}
	return list
}

// Receipt is what an operation did, in order.
type Receipt struct {
	Operation string
	Epoch     spec.Epoch // at its start
	Created
	Events  []Event
	Skipped []ItemError // of a batch
}

// Moves returns the net change of every pot, outside and issuance included; none for
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
