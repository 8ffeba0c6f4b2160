// Package cofailure counts how often validators of one cluster fail in the same
// slot, and how often they would if clusters meant nothing, after the 2024
// analysis (ethresear.ch topic 19116 and its script, ethereum/research,
// correlation_analysis/new_analyze.py at b73b20c).
package cofailure
