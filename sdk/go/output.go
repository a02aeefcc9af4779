package sdk

import (
	"strings"

	"gantry/sdk/internal/abi"
)

// Output is one message to send on, as the plugin made it. A mapping that returns a plain value sends one Output with
// this value as JSON and nothing else set; one that returns []Output sends several, or none.
//
//	return sdk.Output{Payload: sdk.JSON(order), IdempotencyKey: sdk.IdempotencyKey("order", order.Number)}, nil
type Output struct {
	// A target of the flow; empty means its default target.
	Route string
	// Outputs with the same key are delivered in order; empty means the key of the message it came from.
	Key string
	// What the target recognises a repetition by: derive it from the business object and its version, never from chance;
	// the function IdempotencyKey makes one of any texts. Empty means that the host derives one from the message's id and
	// the output's position.
	IdempotencyKey string
	// Media type; empty means `application/json`, `text/plain` or `application/octet-stream`, as the payload is.
	ContentType string
	// Sent along to the target; names are put in lower case.
	Headers Headers
	// The data.
	Payload Payload
	// Room for what later versions of the contract add.
	Extensions []Pair
}

// Unchanged is the message as it came: payload, content type and headers.
func Unchanged(message Message) Output {
	return Output{ContentType: message.ContentType, Headers: message.Headers, Payload: message.Payload}
}

// outputs are what a mapping's answer stands for: an Output, several, or a value for JSON.
func outputs(answer any) []Output {
	switch answer := answer.(type) {
	case []Output:
		return answer
	case Output:
		return []Output{answer}
	case *Output:
		return []Output{*answer}
	default:
		return []Output{{Payload: JSON(answer)}}
	}
}

// written is the output with its payload as it is sent.
func (o Output) written() (Output, error) {
	if o.ContentType == "" {
		o.ContentType = o.Payload.contentType()
	}
	if o.Payload.kind == kindJSON {
		text, err := writeJSON(o.Payload.value)
		if err != nil {
			return o, Reject("not-serialisable", err.Error())
		}
		o.Payload = PlainText(text)
	}
	return o, nil
}

func (o *Output) lower() abi.Output {
	return abi.Output{
		Route:          o.Route,
		Key:            o.Key,
		IdempotencyKey: o.IdempotencyKey,
		ContentType:    o.ContentType,
		Headers:        lowerHeaders(o.Headers),
		Payload:        abi.Payload{Text: o.Payload.text, Bytes: o.Payload.bytes, IsBytes: o.Payload.kind == kindBytes},
		Extensions:     lowerPairs(o.Extensions),
	}
}

func lowerHeaders(headers Headers) []abi.Pair {
	lowered := lowerPairs(headers)
	for i := range lowered {
		lowered[i].Name = strings.ToLower(lowered[i].Name)
	}
	return lowered
}

func lowerPairs(pairs []Pair) []abi.Pair {
	if len(pairs) == 0 {
		return nil
	}
	lowered := make([]abi.Pair, len(pairs))
	for i, pair := range pairs {
		lowered[i] = abi.Pair(pair)
	}
	return lowered
}
