package file

// HoldPending keeps the lock of what is pending for ever.
func HoldPending() { pending.Lock() }
