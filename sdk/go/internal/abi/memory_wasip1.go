package abi

import "unsafe"

// The memory that the host places its values in. Pieces are cut from slabs, one behind the other, and never given
// back: a text that was read from a slab keeps the slab alive, Go's collector does the rest.
//
// Addresses that only the host knows keep nothing alive, so every slab is held here until its values were read.

// slabSize holds the texts of a few dozen messages; larger pieces get memory of their own.
const slabSize = 32 << 10

var (
	// The rest of the newest slab.
	slab []byte
	// Slabs whose values may not have been read yet.
	held [][]byte
)

// Linear is the linear memory of this component.
var Linear Memory = func(address, size uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(nil, address)), size)
}

// Release lets go of the memory that the host's values were placed in, once they are read.
func Release() {
	clear(held)
	held = held[:0]
	if slab != nil {
		held = append(held, slab)
	}
}

// Settle makes a block ready for the host and answers its address. The caller keeps the block until the host has read
// it.
func (b *Block) Settle() uint32 {
	base := address(b.bytes)
	b.Place(base)
	return base
}

// Start is the list that a block begins with, settled: its address and how many elements it has.
func (b *Block) Start() (list, count uint32) {
	b.Settle()
	return u32(b.bytes), u32(b.bytes[4:])
}

func address(bytes []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes)))) }

// hostWaits tells the adapter that the host waits for memory and can't be called: the garbage collector, which may run
// then, reads the clock.
//
//go:wasmimport wasi_snapshot_preview1 gantry_host_waits
func hostWaits(yes uint32)

// realloc is how the host asks for memory: for arguments before a call, for results during one.
//
//go:wasmexport cabi_realloc
func realloc(old, oldSize, align, size uint32) uint32 {
	if size == 0 {
		return align
	}
	hostWaits(1)
	defer hostWaits(0)
	piece := take(size, align)
	if oldSize > 0 {
		copy(piece, Linear(old, min(oldSize, size)))
	}
	return address(piece)
}

func take(size, align uint32) []byte {
	if size > slabSize/4 {
		piece := make([]byte, size)
		held = append(held, piece)
		return piece
	}
	skip := -address(slab) & (align - 1)
	if uint32(len(slab)) < skip+size {
		slab = make([]byte, slabSize)
		held = append(held, slab)
		skip = 0
	}
	piece := slab[skip : skip+size : skip+size]
	slab = slab[skip+size:]
	return piece
}

// Area is where the host writes the answer of a call: 16 bytes, aligned to 8.
type Area [2]uint64

// NewArea is an empty one.
func NewArea() *Area { return new(Area) }

// Bytes shows what the host has written.
func (a *Area) Bytes() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(a)), unsafe.Sizeof(*a)) }
