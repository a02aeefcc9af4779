package main

import (
	"encoding/json"
	"maps"
	"slices"

	"gantry/sdk"
	"gantry/sdk/clock"
	"gantry/sdk/log"
	"gantry/sdk/lookup"
	"gantry/sdk/quality"
)

func (c *Command) run(message *sdk.Message, settings *Settings) ([]sdk.Output, error) {
	switch c.Do {
	case "echo":
		return answer(c.Value)
	case "emit":
		return c.emit(), nil
	case "key":
		return c.key()
	case "skip":
		return nil, c.refused(sdk.Skip(c.Code, c.Text))
	case "retry":
		return nil, c.refused(sdk.Retry(c.Code, c.Text))
	case "reject":
		return nil, c.refused(sdk.Reject(c.Code, c.Text))
	case "invalid":
		return nil, c.invalid()
	case "check":
		return c.check()
	case "number":
		return number(message)
	case "see":
		return see(message, settings)
	case "log":
		return c.log()
	case "lookup":
		return c.lookup()
	case "known":
		return c.known()
	case "quality":
		return c.quality()
	case "now":
		return answer(map[string]uint64{"now_ms": clock.NowMs()})
	case "throw":
		deliberate(c.Text)
	}
	return nil, sdk.Reject("unknown-command", "there is no such command")
}

func answer(value any) ([]sdk.Output, error) {
	return []sdk.Output{{Payload: sdk.JSON(value)}}, nil
}

func (c *Command) emit() []sdk.Output {
	outputs := make([]sdk.Output, len(c.Outputs))
	for i, wanted := range c.Outputs {
		outputs[i] = sdk.Output{
			Route:          wanted.Route,
			Key:            wanted.Key,
			IdempotencyKey: wanted.IdempotencyKey,
			ContentType:    wanted.ContentType,
			Payload:        wanted.payload(),
		}
		for _, name := range sorted(wanted.Headers) {
			outputs[i].Headers = append(outputs[i].Headers, sdk.Pair{Name: name, Value: wanted.Headers[name]})
		}
	}
	return outputs
}

func (c *Command) key() ([]sdk.Output, error) {
	key := sdk.IdempotencyKey(c.Parts...)
	return []sdk.Output{{Payload: sdk.JSON(map[string]string{"key": key}), IdempotencyKey: key}}, nil
}

func (c *Command) invalid() error {
	violations := make([]sdk.Violation, len(c.Violations))
	for i, violation := range c.Violations {
		violations[i] = sdk.Violation(violation)
	}
	return sdk.InvalidAll(violations...)
}

func (c *Command) check() ([]sdk.Output, error) {
	var check sdk.Checker
	var sum quality.Decimal
	sdk.Each(&check, "items", c.Items, func(_ int, item Item) any {
		sdk.Get(&check, "name", item.Name.Required)
		sdk.Get(&check, "a/b~c", item.Odd.Optional)
		longer, err := sum.Add(sdk.Get(&check, "amount", item.Amount.Required))
		if !check.Report("amount", err) {
			sum = longer
		}
		return nil
	})
	if err := check.Finish(); err != nil {
		return nil, err
	}
	return answer(map[string]any{"count": len(c.Items), "sum": sum})
}

// number is the decimal as a JSON number.
func number(message *sdk.Message) ([]sdk.Output, error) {
	var command struct {
		Value sdk.Field[quality.Decimal] `json:"value"`
	}
	if err := message.Read(&command); err != nil {
		return nil, err
	}
	check := new(sdk.Checker)
	value := sdk.Get(check, "value", command.Value.Required)
	if err := check.Finish(); err != nil {
		return nil, err
	}
	return answer(map[string]any{"number": value.AsJSONNumber()})
}

// see is what a plugin sees of the message.
func see(message *sdk.Message, settings *Settings) ([]sdk.Output, error) {
	headers := make([][2]string, len(message.Headers))
	for i, header := range message.Headers {
		headers[i] = [2]string{header.Name, header.Value}
	}
	kind := "bytes"
	if message.Payload.IsText() {
		kind = "text"
	}
	return answer(map[string]any{
		"id":            message.ID,
		"key":           message.Key,
		"content_type":  message.ContentType,
		"headers":       headers,
		"event_time_ms": message.EventTimeMs,
		"attempt":       message.Attempt,
		"kind":          kind,
		"settings":      settings,
	})
}

func (c *Command) log() ([]sdk.Output, error) {
	var fields []string
	for _, name := range sorted(c.Fields) {
		fields = append(fields, name, c.Fields[name])
	}
	for _, level := range []log.Level{log.LevelDebug, log.LevelInfo, log.LevelWarn, log.LevelError} {
		if level.String() == c.Level {
			log.Write(level, c.Text, fields...)
		}
	}
	return answer(map[string]string{"logged": c.Level})
}

func (c *Command) lookup() ([]sdk.Output, error) {
	found, err := lookup.Get[json.RawMessage](c.Table, c.Keys...)
	if err != nil {
		return nil, err
	}
	rows := make([]*json.RawMessage, len(c.Keys))
	for i := range rows {
		rows[i] = found.At(i)
	}
	return answer(map[string]any{"rows": rows})
}

func (c *Command) known() ([]sdk.Output, error) {
	found, err := lookup.Get[json.RawMessage](c.Table, c.Keys...)
	if err != nil {
		return nil, err
	}
	check := new(sdk.Checker)
	row, err := found.Known(c.At, "unknown-country")
	check.Report("keys", err)
	if err := check.Finish(); err != nil {
		return nil, err
	}
	return answer(map[string]any{"row": row})
}

// deliberate fails the way a bug does.
func deliberate(text string) { panic(text) }

func sorted(texts map[string]string) []string { return slices.Sorted(maps.Keys(texts)) }
