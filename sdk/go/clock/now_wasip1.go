package clock

//go:wasmimport gantry:plugin/clock@0.1.0 now-ms
func nowMs() uint64
