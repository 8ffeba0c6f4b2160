// Package dataset reads and writes records of attestations: the text files of
// the 2024 correlation analysis (ethresear.ch topic 19116), labels of
// validators, and failure lists, which hold of every slot only the validators
// that failed. It knows no formulas.
package dataset
