package rainbow

import "math"

// upperTail is the probability of at least m successes in n trials that succeed with
// probability p each, for 1 <= m <= n <= 2^20 and 0 < p < 1. Its relative error is a
// few parts in 10^12; what is below the smallest float is 0.
//
// Terms are summed from the largest one outward, on the side of m where they only
// fall: above the mean that is the tail itself, below it its complement, which is at
// most about a half. So nothing cancels, and some ten standard deviations of terms
// are enough: under 10,000 for the largest n.
func upperTail(n, m uint64, p float64) float64 {
	size, odds := float64(n), p/(1-p)
	if x := float64(m); x > size*p {
		sum := outward(func(i float64) float64 { return (size - x - i) * odds / (x + i + 1) })
		return scaledExp(binomialLog(size, x, p), sum)
	}
	x := float64(m - 1)
	sum := outward(func(i float64) float64 { return (x - i) / ((size - x + i + 1) * odds) })
	return 1 - scaledExp(binomialLog(size, x, p), sum)
}

// outward is the sum of terms that begin with 1, given the ratio of term i+1 to term i,
// which falls and ends at 0. Terms that no longer count are left out.
func outward(ratio func(i float64) float64) float64 {
	const negligible = 1e-20
	sum, term := 1.0, 1.0
	for i := 0.0; term > negligible*sum; i++ {
		term *= ratio(i)
		sum += term
	}
	return sum
}

// scaledExp is exp(x) * sum, rounded once also where exp(x) alone is below the smallest
// normal float.
func scaledExp(x, sum float64) float64 {
	const shift = 512
	if x > -600 {
		return math.Exp(x) * sum
	}
	return math.Ldexp(math.Exp(x+shift*math.Ln2)*sum, -shift)
}

// binomialLog is the logarithm of the probability of exactly x successes in n trials, in
// the saddle-point form: no large numbers are subtracted, as they are between the
// logarithms of factorials. Source: Loader, "Fast and Accurate Computation of Binomial
// Probabilities" (2000).
func binomialLog(n, x, p float64) float64 {
	switch x {
	case 0:
		return n * math.Log1p(-p)
	case n:
		return n * logarithm(p)
	}
	mean := n * p
	off := x - mean - math.FMA(n, p, -mean) // x less the exact mean
	at := stirlingError(n) - stirlingError(x) - stirlingError(n-x)
	at -= deviance(x, mean, off) + deviance(n-x, n*(1-p), -off)
	return at + math.Log(n/(x*(n-x)))/2 - math.Log(2*math.Pi)/2
}

// deviance is x*log(x/mean) - (x - mean), given off = x - mean to full precision. It is
// 0 where x is the mean, and is summed as a series near it.
func deviance(x, mean, off float64) float64 {
	v := off / (x + mean)
	if math.Abs(v) >= 0.1 {
		ratio := x / mean
		if math.IsInf(ratio, 1) { // the mean is among the smallest floats
			return x*(math.Log(x)-logarithm(mean)) - off
		}
		return x*math.Log(ratio) - off
	}
	// log(x/mean) = 2 artanh(v) = 2 (v + v^3/3 + v^5/5 + ...), off = v (x + mean)
	sum, power := off*v, 2*x*v
	for k := 3.0; ; k += 2 {
		power *= v * v
		next := sum + power/k
		if next == sum {
			return sum
		}
		sum = next
	}
}

// logarithm is math.Log, which is wrong below the smallest normal float on amd64
// (log(1e-323) is -709.1 there where -743.7 is right).
func logarithm(x float64) float64 {
	const shift = 128
	if x < 0x1p-1022 {
		return math.Log(math.Ldexp(x, shift)) - shift*math.Ln2
	}
	return math.Log(x)
}

// stirlingError is log(n!) less Stirling's log(sqrt(2 pi n) (n/e)^n), for whole n of at
// least 1.
func stirlingError(n float64) float64 {
	if n < float64(len(smallStirling)) {
		return smallStirling[int(n)]
	}
	nn := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/1188/nn)/nn)/nn)/nn) / n
}

// smallStirling holds stirlingError of 1 to 15, where its series is not exact enough,
// from 60 digits. The first is not used.
var smallStirling = [...]float64{
	0, 0.08106146679532725822, 0.04134069595540929409, 0.02767792568499833915,
	0.02079067210376509311, 0.01664469118982119216, 0.013876128823070748, 0.0118967099458917701,
	0.0104112652619720965, 0.009255462182712732918, 0.008330563433362871256, 0.007573675487951840795,
	0.006942840107209529866, 0.006408994188004207068, 0.005951370112758847736, 0.005554733551962801371,
}
