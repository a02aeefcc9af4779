package abi

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// memoryOf shows a block that lies at address 0.
func memoryOf(b *Block) Memory {
	return func(address, size uint32) []byte { return b.bytes[address : address+size] }
}

// field is one member of a record by the canonical ABI: how long it is and what it is aligned to.
type field struct{ size, align uint32 }

var (
	text   = field{8, 4}
	option = field{12, 4}
	list   = field{8, 4}
	u32Of  = field{4, 4}
	u64Of  = field{8, 8}
	either = field{12, 4}
)

// layout is where the members of a record stand, by the rules of the canonical ABI.
func layout(fields ...field) (offsets []uint32, size uint32) {
	align := uint32(1)
	for _, f := range fields {
		size = (size + f.align - 1) / f.align * f.align
		offsets = append(offsets, size)
		size += f.size
		align = max(align, f.align)
	}
	return offsets, (size + align - 1) / align * align
}

func TestRecordsAreLaidOutAsTheCanonicalABISays(t *testing.T) {
	for name, c := range map[string]struct {
		fields  []field
		offsets []uint32
		size    uint32
	}{
		"message": {
			[]field{text, option, text, list, u64Of, u32Of, either, list},
			[]uint32{0, 8, 20, 28, 40, 48, 52, 64}, messageSize,
		},
		"output": {
			[]field{option, option, option, text, list, either, list},
			[]uint32{0, 12, 24, 36, 44, 52, 64}, outputSize,
		},
		"violation": {[]field{text, text, text}, []uint32{0, 8, 16}, violationSize},
		"pair":      {[]field{text, text}, []uint32{0, 8}, pairSize},
		// The case, then the longest of its values: a fault and an `option<u64>`.
		"outcome": {
			[]field{{1, 1}, {24, 8}, {16, 8}},
			[]uint32{0, payloadAt, 32}, outcomeSize,
		},
	} {
		offsets, size := layout(c.fields...)
		if !reflect.DeepEqual(offsets, c.offsets) || size != c.size {
			t.Errorf("%s: %v, %d; used are %v, %d", name, offsets, size, c.offsets, c.size)
		}
	}
}

func TestMessagesAreReadAsTheyWereWritten(t *testing.T) {
	key := "K-ü"
	messages := []Message{
		{ID: "a", Key: &key, ContentType: "application/json", Headers: []Pair{{"x-a", "1"}, {"x-a", ""}},
			EventTimeMs: 1<<63 + 1, Attempt: 7, Payload: Payload{Text: "{}"}, Extensions: []Pair{{"e", "f"}}},
		{ID: "b", ContentType: "image/png", Payload: Payload{Bytes: []byte{0, 255}, IsBytes: true}},
		{},
	}
	b := &Block{}
	start := b.reserve(len(messages), messageSize, 8)
	for i, message := range messages {
		writeMessage(b, start+uint32(i)*messageSize, message)
	}
	if got := memoryOf(b).Messages(start, uint32(len(messages))); !reflect.DeepEqual(got, messages) {
		t.Errorf("%+v", got)
	}
}

func writeMessage(b *Block, at uint32, message Message) {
	b.setText(at, message.ID)
	if message.Key != nil {
		b.setOptionalText(at+8, *message.Key)
	}
	b.setText(at+20, message.ContentType)
	b.setPairs(at+28, message.Headers)
	b.setU64(at+40, message.EventTimeMs)
	b.setU32(at+48, message.Attempt)
	if message.Payload.IsBytes {
		b.setByte(at+52, 1)
		b.setBytes(at+56, message.Payload.Bytes)
	} else {
		b.setText(at+56, message.Payload.Text)
	}
	b.setPairs(at+64, message.Extensions)
}

func TestOutcomesStandWhereTheHostReadsThem(t *testing.T) {
	wait := uint64(5000)
	b := Outcomes([]Outcome{
		{Kind: Emit, Outputs: []Output{{Route: "erp", ContentType: "c", Headers: []Pair{{"n", "v"}}, Payload: Payload{Text: "p"}}}},
		{Kind: Skip, Fault: Fault{Code: "old", Text: "too old", Details: []Pair{{"a", "b"}}}},
		{Kind: Invalid, Violations: []Violation{{"/a", "c", "t"}}},
		{Kind: Retry, Fault: Fault{Code: "busy"}, AfterMs: &wait},
		{Kind: Retry, Fault: Fault{Code: "busy"}},
		{Kind: Reject, Fault: Fault{Code: "no"}},
	})
	m := memoryOf(b)
	outcome := func(i uint32) []byte { return m(u32(b.bytes)+i*outcomeSize, outcomeSize) }
	output := m(u32(outcome(0)[8:]), outputSize)
	violation := m(u32(outcome(2)[8:]), violationSize)
	for name, ok := range map[string]bool{
		"count":       u32(b.bytes[4:]) == 6,
		"cases":       string([]byte{outcome(0)[0], outcome(1)[0], outcome(2)[0], outcome(3)[0], outcome(5)[0]}) == "\x00\x01\x02\x03\x04",
		"one output":  u32(outcome(0)[12:]) == 1,
		"route":       *m.optionalText(output) == "erp",
		"no key":      m.optionalText(output[12:]) == nil,
		"header":      m.pairs(output[44:])[0] == Pair{"n", "v"},
		"payload":     m.payload(output[52:]).Text == "p",
		"fault":       m.text(outcome(1)[8:]) == "old" && m.text(outcome(1)[16:]) == "too old",
		"details":     m.pairs(outcome(1)[24:])[0] == Pair{"a", "b"},
		"violation":   m.text(violation) == "/a" && m.text(violation[8:]) == "c" && m.text(violation[16:]) == "t",
		"wait":        outcome(3)[32] == 1 && binary.LittleEndian.Uint64(outcome(3)[40:]) == 5000,
		"no wait":     outcome(4)[32] == 0,
		"reject code": m.text(outcome(5)[8:]) == "no",
	} {
		if !ok {
			t.Errorf("%s", name)
		}
	}
}

func TestABlockThatIsPlacedHoldsAddresses(t *testing.T) {
	const base = 0x10000
	b := Fields([]Pair{{"name", "value"}})
	b.Place(base)
	shifted := Memory(func(address, size uint32) []byte { return b.bytes[address-base : address-base+size] })
	if got := shifted.pairs(b.bytes); !reflect.DeepEqual(got, []Pair{{"name", "value"}}) {
		t.Errorf("%+v", got)
	}
}

func TestABlockThatGrowsKeepsWhatWasWritten(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	b := Keys([]string{"first", long, "last"})
	m := memoryOf(b)
	for i, key := range []string{"first", long, "last"} {
		if got := m.text(m.record(u32(b.bytes), i, textSize)); got != key {
			t.Errorf("%d: %d bytes", i, len(got))
		}
	}
}

func TestNoViolationsMeanThatAllIsWell(t *testing.T) {
	if b := Configured(nil); b.bytes[0] != 0 || len(b.bytes) != 12 {
		t.Errorf("%v", b.bytes)
	}
	b := Configured([]Violation{{"/a", "c", "t"}})
	if m := memoryOf(b); b.bytes[0] != 1 || u32(b.bytes[8:]) != 1 || m.text(m(u32(b.bytes[4:]), 8)) != "/a" {
		t.Errorf("%v", b.bytes)
	}
}

func TestRowsOrTheReasonWhyThereAreNone(t *testing.T) {
	b := &Block{}
	answer := b.reserve(1, 16, 8)
	start := b.reserve(2, optionSize, 4)
	b.setList(answer+4, start, 2)
	b.setOptionalText(start+optionSize, "{}")
	rows := memoryOf(b).Rows(b.bytes[answer : answer+16])
	if rows.Failed || len(rows.Rows) != 2 || rows.Rows[0] != nil || *rows.Rows[1] != "{}" {
		t.Errorf("%+v", rows)
	}
	b = &Block{}
	answer = b.reserve(1, 16, 8)
	b.setByte(answer, 1)
	b.setByte(answer+4, byte(Other))
	b.setText(answer+8, "why")
	if rows := memoryOf(b).Rows(b.bytes[:16]); !rows.Failed || rows.Error != Other || rows.Text != "why" {
		t.Errorf("%+v", rows)
	}
}
