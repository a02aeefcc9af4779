//go:build !wasip1

package plugintest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"gantry/sdk"
)

// goldenCase is a case as it stands in its file.
type goldenCase struct {
	Description string          `json:"description"`
	Settings    json.RawMessage `json:"settings"`
	// Everything that the case provides, unless given.
	Grants *grants                               `json:"grants"`
	Tables map[string]map[string]json.RawMessage `json:"tables"`
	NowMs  uint64                                `json:"now_ms"`
	Input  []input                               `json:"input"`
	// The outcome of each message.
	Expected []any `json:"expected"`
	// In place of input and expected: the violations with which the settings are refused.
	Refused any `json:"refused"`
	// Lines of the log are looked at in the sandbox only.
	Log any `json:"log"`
}

type grants struct {
	Lookup []string `json:"lookup"`
	// Natively the clock can't be refused.
	Clock bool `json:"clock"`
}

type input struct {
	ID          *string         `json:"id"`
	Key         *string         `json:"key"`
	ContentType string          `json:"content_type"`
	Headers     headers         `json:"headers"`
	EventTimeMs *uint64         `json:"event_time_ms"`
	Attempt     uint32          `json:"attempt"`
	Payload     json.RawMessage `json:"payload"`
	// This message as often.
	Repeat int `json:"repeat"`
}

// UnmarshalJSON fills in what a case may leave out.
func (in *input) UnmarshalJSON(text []byte) error {
	type plain input
	*in = input{ContentType: "application/json", Attempt: 1, Repeat: 1}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(in))
}

func readCase(file string) (*goldenCase, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	golden := &goldenCase{Settings: json.RawMessage("{}")}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(golden); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	golden.repeat()
	if len(golden.Input) != len(golden.Expected) {
		return nil, fmt.Errorf("%s: %d inputs and %d expected outcomes", file, len(golden.Input), len(golden.Expected))
	}
	return golden, nil
}

// repeat writes out messages and outcomes that stand for many.
func (g *goldenCase) repeat() {
	var inputs []input
	for _, in := range g.Input {
		inputs = append(inputs, slices.Repeat([]input{in}, in.Repeat)...)
	}
	var expected []any
	for _, outcome := range g.Expected {
		times := 1
		if members, ok := outcome.(map[string]any); ok && members["repeat"] != nil {
			times, _ = strconv.Atoi(fmt.Sprint(members["repeat"]))
			delete(members, "repeat")
		}
		expected = append(expected, slices.Repeat([]any{outcome}, times)...)
	}
	g.Input, g.Expected = inputs, expected
}

// granted are the tables that the plugin may use.
func (g *goldenCase) granted() map[string]map[string]json.RawMessage {
	tables := make(map[string]map[string]json.RawMessage)
	for name, rows := range g.Tables {
		if g.Grants == nil || slices.Contains(g.Grants.Lookup, name) {
			tables[name] = rows
		}
	}
	return tables
}

func (g *goldenCase) messages() []sdk.Message {
	messages := make([]sdk.Message, len(g.Input))
	for i, in := range g.Input {
		messages[i] = sdk.Message{
			ID:          fmt.Sprintf("00000000-0000-0000-0000-%012d", i),
			Key:         in.Key,
			ContentType: in.ContentType,
			Headers:     sdk.Headers(in.Headers),
			EventTimeMs: g.NowMs,
			Attempt:     in.Attempt,
			Payload:     payloadOf(in.Payload),
		}
		if in.ID != nil {
			messages[i].ID = *in.ID
		}
		if in.EventTimeMs != nil {
			messages[i].EventTimeMs = *in.EventTimeMs
		}
	}
	return messages
}

// headers are an object that keeps the order of its members.
type headers []sdk.Pair

// UnmarshalJSON reads the object member by member.
func (h *headers) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		*h = append(*h, sdk.Pair{Name: strings.ToLower(fmt.Sprint(name)), Value: fmt.Sprint(value)})
	}
	return nil
}

// payloadOf is the payload that a case writes as `{"text": …}`, `{"base64": …}`, or as the JSON itself.
func payloadOf(written json.RawMessage) sdk.Payload {
	var value any
	if json.Unmarshal(written, &value) == nil {
		if payload, ok := rawPayload(value); ok {
			return payload
		}
	}
	return sdk.PlainText(string(written))
}

// rawPayload is the payload behind `{"text": …}`, perhaps so many `times`, or `{"base64": …}`, an object with nothing
// else in it.
func rawPayload(value any) (payload sdk.Payload, ok bool) {
	members, _ := value.(map[string]any)
	text, isText := members["text"].(string)
	encoded, isEncoded := members["base64"].(string)
	times, err := strconv.Atoi(fmt.Sprint(members["times"]))
	switch {
	case isText && len(members) == 1:
		return sdk.PlainText(text), true
	case isText && len(members) == 2 && err == nil:
		return sdk.PlainText(strings.Repeat(text, times)), true
	case isEncoded && len(members) == 1:
		decoded, err := base64.StdEncoding.DecodeString(encoded)
		return sdk.Bytes(decoded), err == nil
	default:
		return payload, false
	}
}
