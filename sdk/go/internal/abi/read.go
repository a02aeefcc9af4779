package abi

import (
	"encoding/binary"
	"unsafe"
)

// Memory shows the bytes at an address of the linear memory.
type Memory func(address, size uint32) []byte

// Sizes of records in memory, in bytes.
const (
	messageSize   = 72
	outputSize    = 72
	outcomeSize   = 48
	violationSize = 24
	pairSize      = 16
	textSize      = 8
	optionSize    = 12
)

// Messages reads a `list<message>`. The texts are not copied: they stay where the host has placed them, in memory that
// is never written again and that Go's collector keeps as long as a text is in use.
func (m Memory) Messages(address, count uint32) []Message {
	messages := make([]Message, count)
	for i := range messages {
		m.message(&messages[i], m.record(address, i, messageSize))
	}
	return messages
}

func (m Memory) message(to *Message, record []byte) {
	to.ID = m.text(record[0:])
	to.Key = m.optionalText(record[8:])
	to.ContentType = m.text(record[20:])
	to.Headers = m.pairs(record[28:])
	to.EventTimeMs = binary.LittleEndian.Uint64(record[40:])
	to.Attempt = u32(record[48:])
	to.Payload = m.payload(record[52:])
	to.Extensions = m.pairs(record[64:])
}

func (m Memory) payload(record []byte) Payload {
	if record[0] == 0 {
		return Payload{Text: m.text(record[4:])}
	}
	bytes := m(u32(record[4:]), u32(record[8:]))
	return Payload{Bytes: bytes[:len(bytes):len(bytes)], IsBytes: true}
}

// Text reads a `string`.
func (m Memory) Text(address, size uint32) string {
	if size == 0 {
		return ""
	}
	return unsafe.String(&m(address, size)[0], size)
}

func (m Memory) text(record []byte) string {
	return m.Text(u32(record), u32(record[4:]))
}

func (m Memory) optionalText(record []byte) *string {
	if record[0] == 0 {
		return nil
	}
	text := m.text(record[4:])
	return &text
}

func (m Memory) pairs(record []byte) []Pair {
	address, count := u32(record), u32(record[4:])
	if count == 0 {
		return nil
	}
	pairs := make([]Pair, count)
	for i := range pairs {
		pair := m.record(address, i, pairSize)
		pairs[i] = Pair{Name: m.text(pair), Value: m.text(pair[8:])}
	}
	return pairs
}

func (m Memory) record(list uint32, index int, size uint32) []byte {
	return m(list+uint32(index)*size, size)
}

func u32(bytes []byte) uint32 { return binary.LittleEndian.Uint32(bytes) }
