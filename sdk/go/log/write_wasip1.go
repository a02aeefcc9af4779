package log

import (
	"runtime"

	"gantry/sdk/internal/abi"
)

//go:wasmimport gantry:plugin/log@0.1.0 write
func importWrite(level int32, text string, fields, count uint32)

func write(level Level, text string, fields []abi.Pair) {
	block := abi.Fields(fields)
	list, count := block.Start()
	importWrite(int32(level), text, list, count)
	runtime.KeepAlive(block)
}
