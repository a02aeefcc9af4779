package log

import (
	"runtime"

	"gantry/sdk/internal/abi"
)

// The field of a line that names its message: a call has a whole batch.
const messageField = "gantry.message"

// The id of the message that is being mapped; empty when none is.
var message string

// About is for the SDK: lines are about the message with this id from now on.
func About(id string) { message = id }

//go:wasmimport gantry:plugin/log@0.1.0 write
func importWrite(level int32, text string, fields, count uint32)

func write(level Level, text string, fields []abi.Pair) {
	if message != "" {
		fields = append(fields, abi.Pair{Name: messageField, Value: message})
	}
	block := abi.Fields(fields)
	list, count := block.Start()
	importWrite(int32(level), text, list, count)
	runtime.KeepAlive(block)
}
