// Package parquet reads columns of integers and of byte strings from Parquet
// files that may be damaged or hostile.
//
// Every number of a file is held against what is there before anything is done
// with it: lengths in the footer against the footer, chunks against the file,
// page headers against their chunk, counts of values against the chunk and the
// size of the file, sizes after decompression against the number of values. So
// memory and time are bounded by the size of the file, and by some tens of
// megabytes and a second where it is small. Libraries for Parquet trust these numbers, and
// hang or take all memory where one is wrong.
//
// It reads data pages of both versions, in the encodings PLAIN, dictionary, RLE,
// DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY and
// BYTE_STREAM_SPLIT, plain or in Snappy, gzip, Brotli, Zstandard or LZ4_RAW, of
// columns that repeat once at most. Checksums of pages are compared where there
// are any. Format: https://github.com/apache/parquet-format, version 2.11.
package parquet
