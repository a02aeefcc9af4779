package sdk

import (
	"strings"

	"gantry/sdk/internal/abi"
)

// Message is one unit of data, as the host hands it to the plugin. A mapping that takes one sees it raw.
type Message struct {
	// Stable across retries, replays and restarts.
	ID string
	// Messages with the same key are handled in order; nil is none.
	Key *string
	// Media type of the payload.
	ContentType string
	// What the source sent along.
	Headers Headers
	// Milliseconds since the Unix epoch, as the source states it, else the time of arrival.
	EventTimeMs uint64
	// 1 on the first run.
	Attempt uint32
	// The data.
	Payload Payload
	// What later versions of the contract add; names that mean nothing to the plugin are to be ignored.
	Extensions []Pair
}

// Incoming is the typed data together with the message it came in, for mappings that also look at headers or the key.
type Incoming[T any] struct {
	// The payload, read as JSON.
	Data T
	// The message as it came.
	Message Message
}

// Pair is a name with its value.
type Pair struct{ Name, Value string }

// Headers are names in lower case with their values; a name may repeat.
type Headers []Pair

// Get is the first value of this name, compared without regard to case; empty where there is none.
func (h Headers) Get(name string) string {
	for _, header := range h {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// Read reads the payload as JSON into the value that `to` points to; a mismatch is a Refusal with every place that
// doesn't fit.
func (m *Message) Read(to any) error {
	if m.Payload.kind == kindBytes {
		return readBytes(m.Payload.bytes, to)
	}
	return readJSON(m.Payload.text, to)
}

// read makes the input of a mapping: a Message, an Incoming, or whatever JSON can be read into.
func read[In any](message *Message) (In, error) {
	var input In
	switch to := any(&input).(type) {
	case *Message:
		*to = *message
		return input, nil
	case interface{ receive(*Message) error }:
		return input, to.receive(message)
	default:
		return input, message.Read(to)
	}
}

func (i *Incoming[T]) receive(message *Message) error {
	i.Message = *message
	return message.Read(&i.Data)
}

func lift(message *abi.Message) Message {
	return Message{
		ID:          message.ID,
		Key:         message.Key,
		ContentType: message.ContentType,
		Headers:     liftPairs(message.Headers),
		EventTimeMs: message.EventTimeMs,
		Attempt:     message.Attempt,
		Payload:     liftPayload(message.Payload),
		Extensions:  liftPairs(message.Extensions),
	}
}

func liftPairs(pairs []abi.Pair) []Pair {
	if len(pairs) == 0 {
		return nil
	}
	lifted := make([]Pair, len(pairs))
	for i, pair := range pairs {
		lifted[i] = Pair(pair)
	}
	return lifted
}

func liftPayload(payload abi.Payload) Payload {
	if payload.IsBytes {
		return Bytes(payload.Bytes)
	}
	return PlainText(payload.Text)
}
