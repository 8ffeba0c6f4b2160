package page

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Series is one line, or one bar in every category.
type Series struct {
	Name string
	X    []float64 // of a line
	Y    []float64
}

// Chart is lines, bars or a heat map: bars when there are Categories, a heat map
// when there is Heat.
type Chart struct {
	Title, X, Y string
	Series      []Series
	Categories  []string
	Dots        bool // points in place of lines
	LogX        bool // logarithmic X; values must be above zero
	Heat        *Heat
}

// Heat is a grid of values: Values[row][column].
type Heat struct {
	Columns, Rows []string
	Values        [][]float64
}

// Colours that stand for CSS variables until the drawing is text: no real colour
// is so close to black.
var (
	ink    = color.RGBA{1, 2, 3, 255}
	muted  = color.RGBA{4, 5, 6, 255}
	grid   = color.RGBA{7, 8, 9, 255}
	series = []color.RGBA{{10, 1, 1, 255}, {10, 2, 1, 255}, {10, 3, 1, 255}, {10, 4, 1, 255}, {10, 5, 1, 255}, {10, 6, 1, 255}, {10, 7, 1, 255}, {10, 8, 1, 255}}
)

// HeatSteps is the number of colours of a heat map.
const HeatSteps = 9

func heatColor(step int) color.RGBA { return color.RGBA{20, uint8(step + 1), 1, 255} }
func heatInk(step int) color.RGBA   { return color.RGBA{30, uint8(step + 1), 1, 255} }

// variables turns the stand-ins into CSS.
var variables = func() *strings.Replacer {
	var pairs []string
	add := func(c color.RGBA, name string) {
		pairs = append(pairs, fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B), "var(--"+name+")")
	}
	add(ink, "ink")
	add(muted, "muted")
	add(grid, "grid")
	for i, c := range series {
		add(c, fmt.Sprintf("s%d", i+1))
	}
	for i := range HeatSteps {
		add(heatColor(i), fmt.Sprintf("h%d", i+1))
		add(heatInk(i), fmt.Sprintf("t%d", i+1))
	}
	return strings.NewReplacer(append(pairs, "font-family:Liberation Sans", "font-family:system-ui,sans-serif")...)
}()

// svg draws the chart in so many CSS pixels.
func (c *Chart) svg(width float64) (template.HTML, error) {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	c.style(p, width)
	height := math.Min(0.75*width, 360)
	var err error
	switch {
	case c.Heat != nil:
		height = 70 + 30*float64(len(c.Heat.Rows))
		err = c.heat(p, width)
	case c.Categories != nil:
		err = c.bars(p, width)
	default:
		err = c.lines(p)
	}
	if err != nil {
		return "", fmt.Errorf("chart %q: %w", c.Title, err)
	}
	canvas := vgsvg.New(vg.Length(width), vg.Length(height))
	p.Draw(draw.Crop(draw.New(canvas), 2, -16, 2, -10)) // room for the last labels
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	return c.inline(b.String(), width, height), nil
}

// inline strips the file's head, names the drawing for screen readers and
// replaces the colours.
func (c *Chart) inline(svg string, width, height float64) template.HTML {
	if at := strings.Index(svg, "<svg"); at >= 0 {
		svg = svg[at:]
	}
	if end := strings.IndexByte(svg, '>'); end >= 0 {
		svg = fmt.Sprintf(`<svg role="img" aria-label="%s" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" xmlns="http://www.w3.org/2000/svg">`,
			template.HTMLEscapeString(c.Title), width, height, width, height) + svg[end+1:]
	}
	return template.HTML(variables.Replace(svg))
}

func (c *Chart) style(p *plot.Plot, width float64) {
	size := vg.Length(12)
	set := func(s *text.Style, to color.Color) {
		s.Color, s.Font.Size, s.Font.Variant = to, size, "Sans"
	}
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		set(&a.Label.TextStyle, muted)
		set(&a.Tick.Label, muted)
		a.Color, a.Tick.Color = grid, grid
		a.Padding = 4
	}
	p.X.Label.Text, p.Y.Label.Text = c.X, c.Y
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{n: int(width / 110)}, ticks{n: 6}
	if c.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, logTicks{n: int(width / 110)}
	}
	p.X.Label.Padding, p.Y.Label.Padding = 4, 4
}

func (c *Chart) lines(p *plot.Plot) error {
	g := plotter.NewGrid()
	g.Horizontal.Color, g.Vertical.Color = grid, color.Transparent
	p.Add(g)
	for i, s := range c.Series {
		points := make(plotter.XYs, 0, len(s.Y))
		for k, y := range s.Y {
			if k < len(s.X) && !math.IsNaN(y) && !math.IsInf(y, 0) && !(c.LogX && s.X[k] <= 0) {
				points = append(points, plotter.XY{X: s.X[k], Y: y})
			}
		}
		if len(points) == 0 {
			continue
		}
		if c.Dots {
			dots, err := plotter.NewScatter(points)
			if err != nil {
				return err
			}
			dots.GlyphStyle = draw.GlyphStyle{Color: series[i%len(series)], Radius: 4, Shape: shapes[i%len(shapes)]}
			p.Add(dots)
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		line.Color, line.Width = series[i%len(series)], 2
		line.Dashes = dashes[i%len(dashes)]
		p.Add(line)
	}
	p.Y.Min = math.Min(0, p.Y.Min)
	if p.Y.Max <= p.Y.Min {
		p.Y.Max = p.Y.Min + 1
	}
	if p.X.Max <= p.X.Min {
		p.X.Max = p.X.Min + 1
	}
	return nil
}

// shapes tell dots apart without colour.
var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}}

// dashes tell lines apart without colour.
var dashes = [][]vg.Length{nil, {7, 4}, {2, 3}, {9, 3, 2, 3}, nil, {5, 5}, {1, 4}, {12, 4}}

func (c *Chart) bars(p *plot.Plot, width float64) error {
	g := plotter.NewGrid()
	g.Horizontal.Color, g.Vertical.Color = grid, color.Transparent
	p.Add(g)
	n := float64(len(c.Series))
	room := (width - 80) / float64(len(c.Categories)) * 0.8 / n
	one := vg.Length(math.Max(2, math.Min(room, 28)))
	for i, s := range c.Series {
		values := make(plotter.Values, len(c.Categories))
		for k := range values {
			if k < len(s.Y) && !math.IsNaN(s.Y[k]) && !math.IsInf(s.Y[k], 0) {
				values[k] = s.Y[k]
			}
		}
		bars, err := plotter.NewBarChart(values, one)
		if err != nil {
			return err
		}
		bars.Color, bars.LineStyle.Width = series[i%len(series)], 0
		bars.Offset = one * vg.Length(float64(i)-(n-1)/2)
		p.Add(bars)
	}
	p.Y.Min = math.Min(0, p.Y.Min)
	if p.Y.Max <= p.Y.Min {
		p.Y.Max = p.Y.Min + 1
	}
	p.Y.Max += 0.04 * (p.Y.Max - p.Y.Min)
	p.X.Tick.Marker = under{c.Categories}
	p.X.Min, p.X.Max = -0.5, float64(len(c.Categories))-0.5
	if longest(c.Categories)*7 > int((width-80)/float64(len(c.Categories))) {
		p.X.Tick.Label.Rotation = -math.Pi / 6
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XLeft, draw.YCenter
	}
	return nil
}

func longest(names []string) (n int) {
	for _, s := range names {
		n = max(n, len(s))
	}
	return n
}

// under puts category names under bars and cells.
type under struct{ list []string }

func (n under) Ticks(_, _ float64) (t []plot.Tick) {
	for i, s := range n.list {
		t = append(t, plot.Tick{Value: float64(i), Label: s})
	}
	return t
}

// ticks are about n round numbers.
type ticks struct{ n int }

func (t ticks) Ticks(low, high float64) (marks []plot.Tick) {
	span := high - low
	if !(span > 0) || math.IsInf(span, 0) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10(span/float64(max(t.n, 2)))))
	for _, m := range []float64{2, 2.5, 2} {
		if span/step <= float64(max(t.n, 2)) {
			break
		}
		step *= m
	}
	for k := math.Ceil(low / step); k*step <= high*(1+1e-9); k++ {
		marks = append(marks, plot.Tick{Value: k * step, Label: Number(k * step)})
	}
	return marks
}

// logTicks are at most about n powers of ten.
type logTicks struct{ n int }

func (t logTicks) Ticks(low, high float64) (marks []plot.Tick) {
	first, last := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	step := max(1, math.Ceil((last-first)/float64(max(t.n, 2))))
	for k := first; k <= last; k += step {
		if v := math.Pow(10, k); v >= low*0.999 && v <= high*1.001 {
			marks = append(marks, plot.Tick{Value: v, Label: Number(v)})
		}
	}
	if len(marks) < 2 {
		marks = []plot.Tick{{Value: low, Label: Number(low)}, {Value: high, Label: Number(high)}}
	}
	return marks
}

// Number is a value in at most five significant digits.
func Number(v float64) string {
	if v != 0 && (math.Abs(v) >= 1e6 || math.Abs(v) < 1e-4) {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(math.Round(v*1e5)/1e5, 'f', -1, 64)
}

// legend is a sample of every series' stroke, dot or bar.
func (c *Chart) legend() (keys []key) {
	for i, s := range c.Series {
		k := key{Name: s.Name, Index: i%len(series) + 1}
		switch {
		case c.Categories != nil:
			k.Bar = true
		case c.Dots:
			k.Dot = []string{"\u25cf", "\u25a0", "\u25b2"}[i%len(shapes)]
		default:
			var dash []string
			for _, d := range dashes[i%len(dashes)] {
				dash = append(dash, strconv.FormatFloat(d.Points(), 'f', -1, 64))
			}
			k.Dash = strings.Join(dash, " ")
		}
		keys = append(keys, k)
	}
	return keys
}
