package epoch

// Fused reports whether the last epoch of the engine was proved safe for the
// single pass; otherwise it went the components' way.
func (e *Engine) Fused() bool { return e.tables.fill(&e.params, &e.summary, e.factors) }
