package backtest

import "math"

// blockLength is the length of blocks that is best for the variance of a mean by the
// circular block bootstrap, in rows, at least one: the automatic rule of D. N.
// Politis and H. White (Econometric Reviews 23, 2004) with the correction by A.
// Patton, D. N. Politis and H. White (Econometric Reviews 28, 2009). The rows must
// vary.
func blockLength(rows []float64) float64 {
	n := float64(len(rows))
	quiet := max(5, int(math.Ceil(math.Sqrt(math.Log10(n)))))
	farthest := int(math.Ceil(math.Sqrt(n))) + quiet
	r := autocovariances(rows, farthest+quiet)
	lags := 2 * lastLag(r, n, quiet, farthest)
	lags = max(1, min(lags, farthest))
	spectrum, slope := r[0], 0. // g(0), and the sum of |k| r(k)
	for k := 1; k <= lags; k++ {
		weight := min(1, 2*(1-float64(k)/float64(lags))) // flat, then falling
		spectrum += float64(2 * weight * r[k])
		slope += float64(2 * weight * float64(k) * r[k])
	}
	length := math.Cbrt(float64(1.5*n) * float64(slope*slope) / float64(spectrum*spectrum))
	most := math.Ceil(min(3*math.Sqrt(n), n/3))
	if !(length <= most) { // a spectrum of zero
		return most
	}
	return max(1, length)
}

// lastLag is the lag after which so many autocorrelations in a row are nothing but
// chance; the farthest where there is none.
func lastLag(r []float64, n float64, quiet, farthest int) int {
	band := 2 * math.Sqrt(math.Log10(n)/n) * r[0]
	run := 0
	for k := 1; k < len(r); k++ {
		if run++; math.Abs(r[k]) >= band {
			run = 0
		}
		if run == quiet {
			return min(k-quiet, farthest)
		}
	}
	return farthest
}

// autocovariances are those of lags zero to last; zero beyond the rows.
func autocovariances(rows []float64, last int) []float64 {
	r, center := make([]float64, last+1), mean(rows)
	apart := make([]float64, len(rows))
	for i, v := range rows {
		apart[i] = v - center
	}
	for k := range r {
		if k >= len(apart) {
			break
		}
		sum := 0.
		for i, v := range apart[k:] {
			sum += float64(v * apart[i])
		}
		r[k] = sum / float64(len(rows))
	}
	return r
}
