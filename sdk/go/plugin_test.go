package sdk

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

type floor struct {
	Floor uint32 `json:"floor"`
	Word  string `json:"word"`
}

func (f *floor) Defaults() { f.Word = "low" }

func (f *floor) Check(check *Checker) {
	check.Rule("floor", f.Floor < 100, "too-high", "%d is no floor", f.Floor)
}

func aboveTheFloor(number uint32, ctx *Context[floor]) (uint32, error) {
	if number < ctx.Settings.Floor {
		return 0, Skip("too-"+ctx.Settings.Word, "below the floor")
	}
	return number - ctx.Settings.Floor, nil
}

func message(text string) Message {
	return Message{ID: "test", ContentType: "application/json", Attempt: 1, Payload: PlainText(text)}
}

func instance[In, S, Out any](t *testing.T, mapping Mapping[In, S, Out], settings string) *Instance {
	t.Helper()
	configured, violations := Configure(mapping, settings)
	if violations != nil {
		t.Fatal(violations)
	}
	return configured
}

// processed is what becomes of one message.
func processed[In, Out any](t *testing.T, mapping Mapping[In, NoSettings, Out], text string) Outcome {
	t.Helper()
	return instance(t, mapping, "{}").Process([]Message{message(text)})[0]
}

func TestOutcomesStandInTheOrderOfTheMessages(t *testing.T) {
	plugin := instance(t, aboveTheFloor, `{"floor": 5}`)
	outcomes := plugin.Process([]Message{message("7"), message("3"), message("x")})
	if sent := outcomes[0].Emitted; len(sent) != 1 || sent[0].Payload.String() != "2" || sent[0].ContentType != "application/json" {
		t.Errorf("%+v", outcomes[0])
	}
	if refused := outcomes[1].Refusal; refused.Kind() != "skip" || refused.Code() != "too-low" {
		t.Error(refused)
	}
	expectPaths(t, outcomes[2].Refusal, ": not-json")
}

func TestSettingsThatDoNotFitAreRefusedWithTheirPath(t *testing.T) {
	for settings, expected := range map[string]string{
		`{"floor": "high"}`: "/floor: wrong-type", `{"x": 1}`: "/x: unknown-field", `{"floor": 100}`: "/floor: too-high",
	} {
		_, violations := Configure(aboveTheFloor, settings)
		expectPaths(t, InvalidAll(violations...), expected)
	}
}

func TestOneMessageMayBecomeSeveralOrNone(t *testing.T) {
	split := func(words Incoming[[]string], _ *Context[NoSettings]) ([]Output, error) {
		var outputs []Output
		for _, word := range words.Data {
			outputs = append(outputs, Output{Key: words.Message.ID, Payload: JSON(word)})
		}
		return outputs, nil
	}
	if sent := processed(t, split, `["a", "<ü>"]`).Emitted; len(sent) != 2 || sent[1].Payload.String() != `"<ü>"` || sent[0].Key != "test" {
		t.Errorf("%+v", sent)
	}
	if outcome := processed(t, split, "[]"); len(outcome.Emitted) != 0 || outcome.Refusal != nil {
		t.Errorf("%+v", outcome)
	}
}

func TestAPanicIsAFaultOfItsMessageAlone(t *testing.T) {
	plugin := instance(t, func(n int, _ *Context[NoSettings]) (int, error) { return deliberate(n), nil }, "{}")
	outcomes := plugin.Process([]Message{message("1"), message("0"), message("2")})
	if outcomes[0].Refusal != nil || outcomes[2].Refusal != nil {
		t.Errorf("%+v", outcomes)
	}
	refused := outcomes[1].Refusal
	if refused.Kind() != "reject" || refused.Code() != "plugin-exception" || !strings.Contains(refused.Text(), "divide by zero") {
		t.Fatal(refused)
	}
	lines := strings.Split(refused.Details()[0].Value, "\n")
	isInnermost := strings.HasPrefix(lines[1], "runtime.") || strings.Contains(lines[1], "deliberate")
	if refused.Details()[0].Name != "stack" || !isInnermost || !strings.Contains(refused.Details()[0].Value, "deliberate") {
		t.Error(refused.Details())
	}
}

//go:noinline
func deliberate(n int) int { return 10 / n }

func failing(_ any, _ *Context[NoSettings]) (any, error) {
	return nil, fmt.Errorf("outer: %w", errors.New("inner"))
}

func TestAnUnexpectedErrorIsAnExceptionThatNamesTheMapping(t *testing.T) {
	refused := processed(t, failing, "1").Refusal
	if refused.Code() != "plugin-exception" || refused.Text() != "*fmt.wrapError: outer: inner" {
		t.Error(refused)
	}
	if stack := refused.Details()[0].Value; stack != "returned by gantry/sdk.failing" {
		t.Error(stack)
	}
}

func TestARefusalInsideOtherErrorsIsFound(t *testing.T) {
	mapping := func(_ any, _ *Context[NoSettings]) (any, error) {
		return nil, fmt.Errorf("while mapping: %w", Retry("busy", "locked").After(5*time.Second).Detail("a", "b"))
	}
	lowered := processed(t, mapping, "1").Refusal.lower()
	if *lowered.AfterMs != 5000 || lowered.Fault.Code != "busy" || lowered.Fault.Details[0].Name != "a" {
		t.Errorf("%+v", lowered)
	}
	defect := func(_ any, _ *Context[NoSettings]) (any, error) { return nil, NewDefect("bad", "bad") }
	expectPaths(t, processed(t, defect, "1").Refusal, ": bad")
}

func TestWhatJSONCannotHoldIsRejectedAndNeverSent(t *testing.T) {
	mapping := func(_ any, _ *Context[NoSettings]) (any, error) { return make(chan int), nil }
	if outcome := processed(t, mapping, "1"); outcome.Refusal.Code() != "not-serialisable" || outcome.Emitted != nil {
		t.Errorf("%+v", outcome)
	}
}

func TestAMessageMayLeaveAsItCame(t *testing.T) {
	mapping := func(m Message, _ *Context[NoSettings]) (Output, error) { return Unchanged(m), nil }
	plugin := instance(t, mapping, "{}")
	came := Message{ContentType: "image/png", Headers: Headers{{"x-a", "1"}}, Payload: Bytes([]byte{255})}
	sent := plugin.Process([]Message{came})[0].Emitted[0]
	if sent.ContentType != "image/png" || sent.Headers.Get("X-A") != "1" || sent.Payload.IsText() || sent.Payload.Bytes()[0] != 255 {
		t.Errorf("%+v", sent)
	}
}

func TestHeaderNamesArePutInLowerCase(t *testing.T) {
	output := Output{Headers: Headers{{"X-Shop", "A"}}}
	if lowered := output.lower(); lowered.Headers[0].Name != "x-shop" || lowered.Headers[0].Value != "A" {
		t.Errorf("%+v", lowered.Headers)
	}
}
