// Conformance is the reference plugin of tests/conformance: it does what each message tells it to, so that the SDK can
// be tested with nothing but `gantry`.
package main

import (
	"strings"

	"gantry/sdk"
)

// Settings are what a case may set.
type Settings struct {
	Greeting *string `json:"greeting,omitempty"`
	Refuse   *bool   `json:"refuse,omitempty"`
}

// Check fails where the settings ask for it.
func (s *Settings) Check(check *sdk.Checker) {
	check.Rule("refuse", s.Refuse == nil || !*s.Refuse, "refused", "the settings ask to be refused")
}

// Map passes on what is no JSON, and obeys what is.
func Map(message sdk.Message, ctx *sdk.Context[Settings]) ([]sdk.Output, error) {
	if !isJSON(message.ContentType) {
		return []sdk.Output{sdk.Unchanged(message)}, nil
	}
	var command Command
	if err := message.Read(&command); err != nil {
		return nil, err
	}
	return command.run(&message, &ctx.Settings)
}

func isJSON(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/json")
}

func init() { sdk.Plugin(Map) }

func main() {}
