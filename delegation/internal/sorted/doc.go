// Package sorted holds rows and index entries in ascending order, in chunks: a lookup
// takes O(log n), an insertion or a deletion moves one chunk at most. The order is
// the same whatever the history, so that two ledgers of one state work alike.
package sorted
