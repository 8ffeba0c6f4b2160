// Package file reads and writes the files of this module's users, all in one way.
//
// An [Input] is a regular file, a FIFO, the standard input or a file of a file
// system. What is read from it is decompressed where its first bytes say gzip,
// loses a byte order mark, and is bounded: in all and by line, so that a file
// without an end gives an error and not a machine without memory. Errors name the
// file and the line and wrap [spec.ErrInput].
//
// A [Writer] is a file that appears under its name when all its bytes are on the
// disk, or not at all.
package file
