package penalty_test

import (
	"testing"

	"github.com/stakesim/stakesim/spec/readme"
)

func TestTheReadmeIsTrue(t *testing.T) { readme.Check(t, ".") }
