//go:build !wasip1

package plugintest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gantry/sdk"
)

// pluginException is the code of what a mapping's bug makes of a message.
const pluginException = "plugin-exception"

func compareOutcome(t *testing.T, at int, expected any, outcome sdk.Outcome) {
	t.Helper()
	name := fmt.Sprintf("message %d", at)
	if members, ok := expected.(map[string]any); ok && members["fault"] != nil {
		compareFault(t, name, members["fault"], outcome)
		return
	}
	compare(t, name, expected, describe(outcome))
}

func compare(t *testing.T, name string, expected, actual any) {
	t.Helper()
	if !holds(expected, actual) {
		t.Errorf("%s: expected\n%s\ngot\n%s", name, pretty(expected), pretty(actual))
	}
}

// holds says whether each member that is expected is there and holds. Arrays are of the same length; payloads are
// compared as a whole.
func holds(expected, actual any) bool {
	switch expected := expected.(type) {
	case map[string]any:
		members, ok := actual.(map[string]any)
		for name, value := range expected {
			isSame := holds(value, members[name])
			if name == "payload" {
				isSame = payloadHolds(value, members[name])
			}
			ok = ok && isSame
		}
		return ok
	case []any:
		items, ok := actual.([]any)
		if !ok || len(items) != len(expected) {
			return false
		}
		for i, value := range expected {
			ok = ok && holds(value, items[i])
		}
		return ok
	default:
		return reflect.DeepEqual(expected, actual)
	}
}

// payloadHolds compares JSON as values, and the rest byte for byte.
func payloadHolds(expected, actual any) bool {
	payload, ok := actual.(sdk.Payload)
	if !ok {
		return false
	}
	if raw, ok := rawPayload(expected); ok {
		return bytes.Equal(raw.Bytes(), payload.Bytes())
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(payload.Bytes()))
	decoder.UseNumber()
	return decoder.Decode(&value) == nil && !decoder.More() && reflect.DeepEqual(value, expected)
}

// compareFault holds what a bug made of a message against what a case says of it.
func compareFault(t *testing.T, name string, expected any, outcome sdk.Outcome) {
	t.Helper()
	members, _ := expected.(map[string]any)
	refusal := outcome.Refusal
	if refusal == nil || refusal.Code() != pluginException {
		t.Errorf("%s: expected a fault, got\n%s", name, pretty(describe(outcome)))
		return
	}
	words, _ := members["mentions"].([]any)
	for _, word := range words {
		if !strings.Contains(refusal.Text()+fmt.Sprint(refusal.Details()), fmt.Sprint(word)) {
			t.Errorf("%s: `%s` isn't mentioned in\n%s", name, word, refusal)
		}
	}
}

// describe is an outcome in the words of the case format.
func describe(outcome sdk.Outcome) any {
	refusal := outcome.Refusal
	switch {
	case refusal == nil:
		outputs := make([]any, len(outcome.Emitted))
		for i, output := range outcome.Emitted {
			outputs[i] = describeOutput(output)
		}
		return map[string]any{"emit": outputs}
	case refusal.Kind() == "invalid":
		return map[string]any{"invalid": describeViolations(refusal.Violations())}
	}
	details := make(map[string]any)
	for _, detail := range refusal.Details() {
		details[detail.Name] = detail.Value
	}
	fault := map[string]any{"code": refusal.Code(), "text": refusal.Text(), "details": details}
	if wait := refusal.Wait(); wait != nil {
		fault["after_ms"] = json.Number(fmt.Sprint(wait.Milliseconds()))
	}
	return map[string]any{refusal.Kind(): fault}
}

func describeOutput(output sdk.Output) any {
	headers := make(map[string]any)
	for _, header := range output.Headers {
		headers[strings.ToLower(header.Name)] = header.Value
	}
	return map[string]any{
		"route":           orNull(output.Route),
		"key":             orNull(output.Key),
		"idempotency_key": orNull(output.IdempotencyKey),
		"content_type":    output.ContentType,
		"headers":         headers,
		"payload":         output.Payload,
	}
}

func describeViolations(violations []sdk.Violation) []any {
	described := make([]any, len(violations))
	for i, violation := range violations {
		described[i] = map[string]any{"path": violation.Path, "code": violation.Code, "text": violation.Text}
	}
	return described
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// pretty shows a value as a case would have it.
func pretty(value any) string {
	text, err := json.MarshalIndent(readable(value), "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func readable(value any) any {
	switch value := value.(type) {
	case sdk.Payload:
		switch {
		case json.Valid(value.Bytes()):
			return json.RawMessage(value.Bytes())
		case value.IsText():
			return map[string]string{"text": value.String()}
		}
		return map[string]string{"base64": base64.StdEncoding.EncodeToString(value.Bytes())}
	case map[string]any:
		shown := make(map[string]any)
		for name, member := range value {
			shown[name] = readable(member)
		}
		return shown
	case []any:
		shown := make([]any, len(value))
		for i, item := range value {
			shown[i] = readable(item)
		}
		return shown
	}
	return value
}
