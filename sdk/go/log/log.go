// Package log writes lines for the operator. The host bounds how many and how long, and escapes control characters;
// natively they go to standard error. Don't log payloads: dead letters keep those, and who may read a log may not be
// allowed to read the data.
//
//	log.Warn("no price list for this customer", "customer", "C-1001")
package log

import "gantry/sdk/internal/abi"

// Level is how much a line matters.
type Level int32

// The levels, numbered as in the contract.
const (
	// LevelDebug is of use while looking for a fault.
	LevelDebug Level = iota
	// LevelInfo is worth knowing.
	LevelInfo
	// LevelWarn is unexpected, but dealt with.
	LevelWarn
	// LevelError means that somebody has to act.
	LevelError
)

// Debug writes a line of LevelDebug: static text, with what varies as names and values in turn.
func Debug(text string, fields ...string) { Write(LevelDebug, text, fields...) }

// Info writes a line of LevelInfo.
func Info(text string, fields ...string) { Write(LevelInfo, text, fields...) }

// Warn writes a line of LevelWarn.
func Warn(text string, fields ...string) { Write(LevelWarn, text, fields...) }

// Error writes a line of LevelError.
func Error(text string, fields ...string) { Write(LevelError, text, fields...) }

// Write writes a line of this level. A name without a value gets an empty one.
func Write(level Level, text string, fields ...string) {
	pairs := make([]abi.Pair, 0, (len(fields)+1)/2)
	for i := 0; i < len(fields); i += 2 {
		pair := abi.Pair{Name: fields[i]}
		if i+1 < len(fields) {
			pair.Value = fields[i+1]
		}
		pairs = append(pairs, pair)
	}
	write(level, text, pairs)
}

// String is the level's name.
func (l Level) String() string {
	return [...]string{"debug", "info", "warn", "error"}[min(max(l, LevelDebug), LevelError)]
}
