package abi

import "encoding/binary"

// Block is a value being written for the host: one piece of memory that holds all its parts.
//
// While it is written it may move, so pointers inside it count from its start. Place turns them into addresses.
type Block struct {
	bytes []byte
	// Where pointers stand.
	pointers []uint32
}

// reserve makes room for count records of this size, zeroed, and answers where it begins.
func (b *Block) reserve(count int, size, align uint32) uint32 {
	start := (uint32(len(b.bytes)) + align - 1) &^ (align - 1)
	end := int(start) + count*int(size)
	if end <= cap(b.bytes) {
		from := len(b.bytes)
		b.bytes = b.bytes[:end]
		clear(b.bytes[from:])
		return start
	}
	grown := make([]byte, end, max(end, 2*cap(b.bytes), 4096))
	copy(grown, b.bytes)
	b.bytes = grown
	return start
}

func (b *Block) setByte(at uint32, value byte) { b.bytes[at] = value }

func (b *Block) setU32(at, value uint32) { binary.LittleEndian.PutUint32(b.bytes[at:], value) }

func (b *Block) setU64(at uint32, value uint64) { binary.LittleEndian.PutUint64(b.bytes[at:], value) }

// setList makes the record at this place a list.
func (b *Block) setList(at, start uint32, count int) {
	b.setU32(at, start)
	b.setU32(at+4, uint32(count))
	b.pointers = append(b.pointers, at)
}

func (b *Block) setText(at uint32, text string) {
	start := b.reserve(len(text), 1, 1)
	copy(b.bytes[start:], text)
	b.setList(at, start, len(text))
}

func (b *Block) setBytes(at uint32, bytes []byte) {
	start := b.reserve(len(bytes), 1, 1)
	copy(b.bytes[start:], bytes)
	b.setList(at, start, len(bytes))
}

// setOptionalText writes an `option<string>`: an empty text is none.
func (b *Block) setOptionalText(at uint32, text string) {
	if text != "" {
		b.setByte(at, 1)
		b.setText(at+4, text)
	}
}

func (b *Block) setPairs(at uint32, pairs []Pair) {
	start := b.reserve(len(pairs), pairSize, 4)
	b.setList(at, start, len(pairs))
	for i, pair := range pairs {
		record := start + uint32(i)*pairSize
		b.setText(record, pair.Name)
		b.setText(record+8, pair.Value)
	}
}

// Place turns pointers into addresses, for a block that begins at this one. Nothing may be written afterwards.
func (b *Block) Place(base uint32) {
	for _, at := range b.pointers {
		b.setU32(at, u32(b.bytes[at:])+base)
	}
	b.pointers = nil
}
