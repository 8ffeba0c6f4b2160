package table

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable is a name as it can be shown: the name itself, or a Go string in quotes
// where it holds control characters, such as those of a terminal's escapes, bytes
// that are no UTF-8, or characters that are not seen and turn or join what is beside
// them.
func Printable(name string) string {
	if strings.ContainsFunc(name, hidden) || !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	return name
}

// Escape is a text of several lines as it can be shown: what [Printable] would quote
// is escaped where it stands, line breaks and tabs stay.
func Escape(text string) string {
	return escape(text, func(r rune) bool { return hidden(r) && r != '\n' && r != '\t' })
}

// oneLine is [Escape] of what must not break the line.
func oneLine(text string) string { return escape(text, hidden) }

// hidden says that a character is not shown as itself.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

func escape(text string, out func(rune) bool) string {
	if !strings.ContainsFunc(text, out) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if s := text[:n]; out(r) || r == utf8.RuneError && n == 1 {
			quoted := strconv.QuoteToASCII(s)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(s)
		}
		text = text[n:]
	}
	return b.String()
}

// Line is a text as a line of the format, where formats have text around their
// tables: nothing in it breaks the line, and in [Markdown] it is no markup.
func (f Format) Line(text string) string {
	text = oneLine(text)
	if f != Markdown {
		return text
	}
	if text = unmarked(text); text != "" && strings.ContainsAny(text[:1], "#-+=") {
		text = `\` + text // a heading, a list, a line under a heading
	}
	return text
}

// marks escapes what Markdown would read as markup, a link, HTML or the end of a
// cell.
var marks = strings.NewReplacer(
	`\`, `\\`, `|`, `\|`, "`", "\\`", `*`, `\*`, `[`, `\[`, `]`, `\]`, `~`, `\~`, `&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`)

// unmarked is a text without markup. An underscore within a word is none.
func unmarked(text string) string {
	text = marks.Replace(text)
	if !strings.Contains(text, "_") {
		return text
	}
	var b strings.Builder
	before := ' '
	for i, r := range text {
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if r == '_' && !(inWord(before) && inWord(after)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// negative is a number that begins with the sign of a formula.
var negative = regexp.MustCompile(`^-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// harmless is a name as a field of CSV that no spreadsheet takes for a formula: what
// begins as one gets an apostrophe, as spreadsheets themselves mark text. Negative
// numbers stay.
func harmless(name string) string {
	name = Printable(name)
	if len(name) > 1 && strings.ContainsAny(name[:1], "=+-@") && !negative.MatchString(name) {
		return "'" + name
	}
	for _, wide := range []string{"\uff1d", "\uff0b", "\uff0d", "\uff20"} { // = + - @ of East Asian width
		if strings.HasPrefix(name, wide) {
			return "'" + name
		}
	}
	return name
}

// EscapeJSON escapes in a JSON text what [Printable] would quote and the encoder
// leaves: programs read the same from it.
func EscapeJSON(text []byte) []byte {
	return []byte(escapeJSON(string(text)))
}

func escapeJSON(text string) string {
	out := func(r rune) bool { return r >= 0x7f && hidden(r) }
	if !strings.ContainsFunc(text, out) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !out(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			b.WriteString(`\u` + strconv.FormatInt(int64(0xd800+r>>10), 16) + `\u` + strconv.FormatInt(int64(0xdc00+r&0x3ff), 16))
		default:
			s := strconv.FormatInt(int64(r), 16)
			b.WriteString(`\u` + strings.Repeat("0", 4-len(s)) + s)
		}
	}
	return b.String()
}
