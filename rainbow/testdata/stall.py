# Writes stall.csv: the probability that a slot stalls, to 60 digits, by the sum of the
# binomial terms in arithmetic of 120 digits (mpmath 1.3.0; python3 stall.py >stall.csv).
# Columns: members, quorum as a ratio, the part that withholds as an exact binary
# fraction in hexadecimal, the probability that at most floor(quorum * members) take part.
import random
from mpmath import mp, mpf, binomial, exp, log, loggamma

mp.dps = 120


def term(n, j, w):
    at = loggamma(n + 1) - loggamma(j + 1) - loggamma(n - j + 1)
    return exp(at + j * log(w) + (n - j) * log(1 - w))


def stall(n, num, den, withheld):
    below = n * num // den
    if below == n or withheld == 1:
        return mpf(1)
    if withheld == 0:
        return mpf(0)
    w = mpf(withheld)
    odds = w / (1 - w)
    first = n - below  # so many must withhold
    mode = min(n, max(first, int((n + 1) * w)))
    top = term(n, mode, w)
    total, t = mpf(1), mpf(1)
    for j in range(mode, n):
        t *= odds * (n - j) / (j + 1)
        total += t
        if t < total * mpf(10) ** -70:
            break
    t = mpf(1)
    for j in range(mode, first, -1):
        t *= j / (odds * (n - j + 1))
        total += t
        if t < total * mpf(10) ** -70:
            break
    return top * total


rng = random.Random(17989)
sizes = [1, 2, 3, 4, 7, 15, 16, 17, 31, 100, 512, 1000, 8192, 1 << 17, (1 << 20) - 1, 1 << 20]
quorums = [(2, 3), (1, 2), (0, 1), (1, 3), (99, 100), (1, (1 << 64) - 1), ((1 << 64) - 2, (1 << 64) - 1), (1, 1)]
fixed = [5e-324, 1e-323, 1e-310, 2.0**-1022, 1e-200, 1e-17, 2.0**-53, 1e-9, 1e-3, 0.2, 0.25, 0.334,
         1 / 3, 0.5, 0.6, 0.9, 1 - 1e-9, 1 - 2.0**-53]
rows = [(1, 2, 3, 1e-9), (2, 1, 2, 1e-17), (1 << 20, 2, 3, 0.334), (512, 1, 2, 0.0), (512, 1, 2, 1.0)]
for n in sizes:
    for num, den in quorums:
        for w in rng.sample(fixed, 3):
            rows.append((n, num, den, w))
for n in [512, 8192, 1 << 17, 1 << 20]:  # about the mean, and far from it on either side
    for num, den in [(2, 3), (1, 2), (1, 1000), (999, 1000)]:
        p = 1 - num / den
        for off in [-38, -30, -12, -5, -1, -0.01, 0, 0.01, 1, 5, 12, 30]:
            w = p + off * (p * (1 - p) / n) ** 0.5
            if 0 < w < 1:
                rows.append((n, num, den, w))
print("members,quorum_num,quorum_den,withheld,stall")
for n, num, den, w in rows:
    print(n, num, den, w.hex(), mp.nstr(stall(n, num, den, w), 60), sep=",")
