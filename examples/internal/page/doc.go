// Package page writes a report as one HTML file that needs nothing else: no
// network, no script, charts as inline SVG, light and dark by the reader's
// preference, readable on a phone.
//
// Charts are drawn by gonum.org/v1/plot, which is kept up, draws lines, bars and
// heat maps to static SVG, and asks for no network; the libraries that wrap a
// browser chart need a script of a megabyte or a server for it. Every chart is
// drawn twice, for a wide and for a narrow screen, so that its text keeps its
// size; colours are CSS variables, so that one drawing serves light and dark.
package page
