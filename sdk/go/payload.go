package sdk

import "unsafe"

// Payload is the data of a message: a text, or bytes. One that is going out may also be a value that leaves as JSON.
type Payload struct {
	kind  payloadKind
	text  string
	bytes []byte
	value any
}

type payloadKind byte

const (
	kindText payloadKind = iota
	kindBytes
	kindJSON
)

// PlainText is a payload of text.
func PlainText(text string) Payload { return Payload{kind: kindText, text: text} }

// Bytes is a payload of bytes, for data that is no text.
func Bytes(bytes []byte) Payload { return Payload{kind: kindBytes, bytes: bytes} }

// JSON is this value as JSON. A value that JSON can't hold (a channel, a NaN) is a bug of the plugin, and the message
// is rejected as `not-serialisable`.
func JSON(value any) Payload { return Payload{kind: kindJSON, value: value} }

// IsText says whether the payload is a text: its content type is textual and it is valid UTF-8.
func (p Payload) IsText() bool { return p.kind == kindText }

// String is the payload as a text, whichever kind it came in.
func (p Payload) String() string {
	if p.kind == kindBytes {
		return string(p.bytes)
	}
	return p.text
}

// Bytes is the payload as bytes, whichever kind it came in. They are not to be written to.
func (p Payload) Bytes() []byte {
	if p.kind == kindBytes {
		return p.bytes
	}
	return bytesOf(p.text)
}

// contentType is what such a payload is sent as unless the output says otherwise.
func (p Payload) contentType() string {
	switch p.kind {
	case kindText:
		return "text/plain"
	case kindBytes:
		return "application/octet-stream"
	default:
		return "application/json"
	}
}

// bytesOf shows a text as bytes without copying it. Nothing may write to them.
func bytesOf(text string) []byte {
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

// textOf shows bytes as a text without copying them. Nothing may write to them afterwards.
func textOf(bytes []byte) string {
	return unsafe.String(unsafe.SliceData(bytes), len(bytes))
}
