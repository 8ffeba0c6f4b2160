// Package parallel shares out numbered work among goroutines.
package parallel

import (
	"sync"
	"sync/atomic"
)

// Do calls work for 0 to n-1 on as many goroutines as workers says (fewer than two:
// one) and returns the error of the lowest, whatever the order in which they end. told
// is told how many are done, from any goroutine; nil is told nothing.
func Do(n, workers int, told func(done, all int), work func(int) error) error {
	errs := make([]error, n)
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range max(1, min(workers, n)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				k := int(next.Add(1)) - 1
				if k >= n {
					return
				}
				errs[k] = work(k)
				if d := done.Add(1); told != nil {
					told(int(d), n)
				}
			}
		}()
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
