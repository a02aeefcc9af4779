//go:build !wasip1

package clock

var standIn uint64

// StandIn sets the time that native tests see, in milliseconds since the Unix epoch. It doesn't exist in the sandbox.
func StandIn(ms uint64) { standIn = ms }

func nowMs() uint64 { return standIn }
