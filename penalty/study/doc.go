// Package study asks questions of a mechanism that have one answer each, without
// chance: what an attack costs whom, the published cost tables of cohorts and of
// outages that lose finality, what a leak takes, and the cheapest attack of a range.
// The stake and its worth are those of package scenario, which draws populations and
// their failures; what a validator pays is computed by the mechanism and the steps of
// the transition themselves.
package study
