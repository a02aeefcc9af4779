// Package clock tells the host's time as it stood when the batch began, so that a past run can be repeated exactly.
//
// Needs the grant `clock`: say `clock = true` in plugin.toml under `[wants]`. A plugin that doesn't import this package
// doesn't import the contract's interface either. With the grant Go's own time.Now shows the same time; without it, it ends
// the call with a fault.
package clock

import "time"

// NowMs is the time in milliseconds since the Unix epoch.
func NowMs() uint64 { return nowMs() }

// Now is the time, in UTC.
func Now() time.Time { return time.UnixMilli(int64(nowMs())).UTC() }
