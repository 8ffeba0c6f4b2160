package backtest

// BlocksOf are the blocks that totals are kept in.
func BlocksOf(t *Totals) [][]uint64 { return t.blocks }
