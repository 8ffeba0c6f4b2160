package backtest

import "math"

// Interval is a confidence interval of 95 % of a ratio of two sums over consecutive
// epochs, or the reason why the record gives none.
type Interval struct {
	Low, High float64 // not numbers unless Why is Given
	Block     int     // rows of a block, of which the draws were made; 0 without draws
	Why       Reason
}

// Reason is why there is an interval or none.
type Reason uint8

// The reasons.
const (
	Given     Reason = iota // there is one
	NotDrawn                // no draws were asked for
	Undefined               // the figure itself is no number
	// TooShort says that the record cannot tell: it has fewer than 16 epochs, fewer
	// than three outages (times that an epoch comes to cost more than it does on
	// average), or so few blocks hold them that their spread bounds nothing.
	TooShort
	reasonCount
)

// String is "given", "not drawn", "no figure" or "record too short"; "" for any
// other value.
func (r Reason) String() string {
	if r >= reasonCount {
		return ""
	}
	return [...]string{"given", "not drawn", "no figure", "record too short"}[r]
}

func without(why Reason) Interval { return Interval{Low: math.NaN(), High: math.NaN(), Why: why} }

const (
	minRows   = 16 // rows of a record that has an interval
	minSpread = 4  // blocks of it
	minTurns  = 3  // times that it gets worse than it is on average
	// A block is so many times as long as the rule finds best for a variance:
	// coverage needs longer ones than mean square error does (Sun, Phillips and
	// Jin, Econometrica 76, 2008).
	stretch = 2
)

// RatioInterval is the interval of sum(x) / sum(y), a row for each of consecutive
// epochs (or equally many of them), y being what x is a mean over: epochs, or another sum.
// Epochs that follow one another are alike, because outages last, so blocks of them
// are drawn: the circular block bootstrap of the studentised numerator (Politis and Romano, 1992;
// Götze and Künsch, 1996), inverted for the ratio as by Fieller. The length of a
// block is twice that of the automatic rule of Politis and White (2004), corrected by
// Patton, Politis and White (2009). Draws are of math/rand/v2, PCG of the seed.
//
// Sums that are never negative have no bound below zero. Other lengths, values that are not finite, and a sum of y that is
// not positive are Undefined; draws outside 1 to [MaxDraws] are NotDrawn.
//
// An interval cannot know of outages that the record has not seen: a record of
// nothing but calm is too short where nothing varies in it, and narrow where
// something does.
func RatioInterval(x, y []float64, draws int, seed uint64) Interval {
	if draws < 1 || draws > MaxDraws {
		return without(NotDrawn)
	}
	return newDrawer(draws, seed).ratio(x, y)
}

// ratio is [RatioInterval].
func (d *drawer) ratio(x, y []float64) Interval {
	r, ok := newRatio(x, y)
	switch {
	case !ok:
		return without(Undefined)
	case d.draws == 0:
		return without(NotDrawn)
	case r.calm() || len(x) < minRows || r.turns() < minTurns:
		return without(TooShort)
	}
	block := int(math.Ceil(stretch * blockLength(r.rest)))
	blocks := len(x) / block
	if blocks < minSpread {
		return without(TooShort)
	}
	r.spread(block, blocks)
	low, high := d.quantiles(blockMeans(r.rest, block), blocks)
	interval := Interval{r.bound(high, -1), r.bound(low, 1), block, Given}
	if math.IsInf(interval.Low, 0) || math.IsInf(interval.High, 0) {
		return without(TooShort)
	}
	if r.positive {
		interval.Low = max(interval.Low, 0)
	}
	return interval
}

// ratioOf is a ratio of two sums and how its terms spread.
type ratioOf struct {
	x, y         []float64
	rest         []float64 // x less the ratio times y, whose sum is zero
	meanX, meanY float64
	scale        float64 // of what is added up to rest
	positive     bool    // no row is negative
	// Variances of the means, and their covariance.
	varX, varXY, varY float64
}

// newRatio is false where the ratio is no number.
func newRatio(x, y []float64) (r ratioOf, ok bool) {
	if len(x) != len(y) {
		return r, false
	}
	r = ratioOf{x: x, y: y, rest: make([]float64, len(x)), meanX: mean(x), meanY: mean(y), positive: true}
	ratio := r.meanX / r.meanY
	if !(r.meanY > 0) || math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return r, false
	}
	for i := range x {
		part := float64(ratio * y[i])
		r.rest[i] = x[i] - part
		r.scale = max(r.scale, math.Abs(x[i]), math.Abs(part))
		r.positive = r.positive && x[i] >= 0 && y[i] >= 0
	}
	return r, true
}

// rounding is what differences of equal numbers may leave, relative to them.
const rounding = 1e-12

// calm says that x is everywhere the same multiple of y.
func (r *ratioOf) calm() bool {
	for _, v := range r.rest {
		if math.Abs(v) > rounding*r.scale {
			return false
		}
	}
	return true
}

// turns is how often the rows come to lie above the ratio, the first following the
// last: how many outages there are where nothing else varies.
func (r *ratioOf) turns() (n int) {
	before := r.rest[len(r.rest)-1] > 0
	for _, v := range r.rest {
		if above := v > 0; above && !before {
			n++
		}
		before = v > 0
	}
	return n
}

// spread sets the variances, from all blocks of consecutive rows.
func (r *ratioOf) spread(block, blocks int) {
	x, y := blockMeans(r.x, block), blockMeans(r.y, block)
	for i := range x {
		dx, dy := x[i]-r.meanX, y[i]-r.meanY
		r.varX += float64(dx * dx)
		r.varXY += float64(dx * dy)
		r.varY += float64(dy * dy)
	}
	n := float64(len(x)) * float64(blocks-1)
	r.varX, r.varXY, r.varY = r.varX/n, r.varXY/n, r.varY/n
}

// bound is the ratio at which the numerator less the ratio times the denominator lies
// q standard deviations from zero, below (side -1) or above (side 1); infinite where
// the denominator does not differ from zero by as much.
func (r *ratioOf) bound(q, side float64) float64 {
	square := float64(q * q)
	a := float64(r.meanY*r.meanY) - float64(square*r.varY)
	b := float64(r.meanX*r.meanY) - float64(square*r.varXY)
	c := float64(r.meanX*r.meanX) - float64(square*r.varX)
	if !(a > 0) || math.IsInf(square, 0) {
		return math.Inf(int(side))
	}
	root := math.Sqrt(max(0, float64(b*b)-float64(a*c)))
	return (b + float64(side*root)) / a
}

func mean(values []float64) float64 {
	sum := 0.
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// blockMeans are the means of so many consecutive rows from each row on, the first
// following the last.
func blockMeans(rows []float64, block int) []float64 {
	n := len(rows)
	before := make([]float64, 2*n+1)
	for i := range 2 * n {
		before[i+1] = before[i] + rows[i%n]
	}
	means := make([]float64, n)
	for i := range means {
		means[i] = (before[i+block] - before[i]) / float64(block)
	}
	return means
}
