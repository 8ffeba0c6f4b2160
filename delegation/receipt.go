package delegation

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// PlaceKind says what kind of pot holds Gwei.
type PlaceKind uint8

// The pots. Every Gwei of a ledger lies in one of them.
const (
	Nowhere    PlaceKind = iota
	Outside              // before it is brought in
	Issuance             // before it is minted
	Free                 // an account's free balance
	Bond                 // an operator's bond
	Pool                 // an operator's heavy pool
	Queue                // an unbonding entry
	Light                // the principal of a light position
	Reserve              // an operator's light rewards, not yet paid
	PointerPot           // an operator's pointer rewards, not yet paid
	Treasury             // slashed, kept
	Burned               // slashed, out of circulation
	placeKinds
)

var placeNames = [placeKinds]string{
	"-", "outside", "issuance", "account", "bond", "pool", "unbonding", "light", "reserve", "pointers", "treasury", "burned",
}

// String returns the name of the kind of pot.
func (k PlaceKind) String() string {
	if k >= placeKinds {
		return fmt.Sprintf("place(%d)", uint8(k))
	}
	return placeNames[k]
}

// Place is one pot: its kind, and the id of the account, operator, entry or light
// position. The id is 0 and means nothing for the pots that there is one of.
type Place struct {
	Kind PlaceKind
	ID   uint64
}

// String returns the kind and, where it means something, the id.
func (p Place) String() string {
	switch p.Kind {
	case Nowhere, Outside, Issuance, Treasury, Burned:
		return p.Kind.String()
	}
	return fmt.Sprintf("%v %d", p.Kind, p.ID)
}

// EventKind says what an event reports.
type EventKind uint8

// The kinds of events. Only Moved, Rewarded and Slashed carry Gwei from one pot to
// another: replaying them gives every balance.
const (
	Moved           EventKind = iota // by its owner, or released to him
	Rewarded                         // from issuance or from a reserve
	Slashed                          // to burned or treasury
	LotCreated                       // Lot, with Shares
	LotSplit                         // Shares of Lot now are NewLot
	LotBurned                        // Lot lost Shares, by a lien or with its pool
	EntrySplit                       // Amount of entry Lot now is elsewhere
	LienSet                          // on Lot, for Operator
	LienReleased                     // of Lot, for Operator
	Flagged                          // Lot is tokenised
	Unflagged                        // Lot is plain again
	Transferred                      // Lot to another owner
	Pointed                          // Lot or account To directs weight to Operator
	PointerCleared                   // it no longer does
	Activated                        // pending principal of light position Lot earns
	Registered                       // Operator
	Opened                           // account To
	Changed                          // commission of Operator, Shares is the new one in parts
	Accused                          // evidence Lot against Operator
	Absolved                         // evidence Lot has lapsed
	WasJailed                        // Operator
	WasUnjailed                      // Operator
	WasTombstoned                    // Operator
	ExitReached                      // Operator, stage Shares
	RecordDropped                    // Operator
	LeftUncollected                  // Amount of due Lot
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
	From, To      Place
	Operator      uint64
	Lot, NewLot   uint64 // ids of lots, entries, light positions, evidence or dues
	Amount        spec.Gwei
	Shares        uint64
	Before, After Price // of Operator's pool, where Gwei entered or left it
}

// ItemError is an item of a batch that was skipped.
type ItemError struct {
	List  string // "dues" or "rewards"
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

// Moves returns the net change of every pot, Outside and Issuance included.
func (r *Receipt) Moves() map[Place]int64 {
	m := map[Place]int64{}
	for _, e := range r.Events {
		if e.Kind <= Slashed {
			m[e.From] -= int64(e.Amount)
			m[e.To] += int64(e.Amount)
		}
	}
	return m
}
