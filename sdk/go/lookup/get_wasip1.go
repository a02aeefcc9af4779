package lookup

import (
	"runtime"
	"unsafe"

	"gantry/sdk/internal/abi"
)

//go:wasmimport gantry:plugin/lookup@0.1.0 get
func importGet(table string, keys, count uint32, answer unsafe.Pointer)

func get(table string, keys []string) abi.Rows {
	block := abi.Keys(keys)
	list, count := block.Start()
	answer := abi.NewArea()
	importGet(table, list, count, unsafe.Pointer(answer))
	runtime.KeepAlive(block)
	rows := abi.Linear.Rows(answer.Bytes())
	abi.Release()
	return rows
}
