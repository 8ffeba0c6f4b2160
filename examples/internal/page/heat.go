package page

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// cellGrid is a heat map for the library: rows from the bottom up.
type cellGrid struct{ h *Heat }

func (g cellGrid) Dims() (c, r int)   { return len(g.h.Columns), len(g.h.Rows) }
func (g cellGrid) X(c int) float64    { return float64(c) }
func (g cellGrid) Y(r int) float64    { return float64(r) }
func (g cellGrid) Z(c, r int) float64 { return g.h.Values[r][c] }

type heatPalette []color.Color

func (p heatPalette) Colors() []color.Color { return p }

var _ palette.Palette = heatPalette(nil)

// heat colours every cell and writes its value into it.
func (c *Chart) heat(p *plot.Plot, width float64) error {
	h := c.Heat
	colors := make(heatPalette, HeatSteps)
	for i := range colors {
		colors[i] = heatColor(i)
	}
	cells := plotter.NewHeatMap(cellGrid{h}, colors)
	if cells.Max <= cells.Min {
		cells.Max = cells.Min + 1
	}
	cells.NaN = color.Transparent
	p.Add(cells)
	p.X.Tick.Marker, p.Y.Tick.Marker = under{h.Columns}, under{h.Rows}
	p.X.Padding, p.Y.Padding = 0, 0
	narrow := (width-80)/float64(len(h.Columns)) < 34
	for r, row := range h.Values {
		for col, v := range row {
			if narrow || math.IsNaN(v) {
				continue
			}
			step := int((v - cells.Min) / (cells.Max - cells.Min) * (HeatSteps - 1e-9))
			l, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: float64(col), Y: float64(r)}}, Labels: []string{short(v)}})
			if err != nil {
				return err
			}
			s := &l.TextStyle[0]
			s.Color, s.Font.Size, s.Font.Variant = heatInk(min(max(step, 0), HeatSteps-1)), 11, "Sans"
			s.XAlign, s.YAlign = draw.XCenter, draw.YCenter
			p.Add(l)
		}
	}
	if longest(h.Columns)*7 > int((width-80)/float64(len(h.Columns))) {
		p.X.Tick.Label.Rotation = -math.Pi / 4
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XLeft, draw.YCenter
	}
	return nil
}

// short is a value in three significant digits.
func short(v float64) string {
	if v == 0 {
		return "0"
	}
	digits := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return Number(math.Round(v*digits) / digits)
}

// bounds are the lowest and the highest value.
func (h *Heat) bounds() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, row := range h.Values {
		for _, v := range row {
			if !math.IsNaN(v) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	return low, high
}
