package main

import (
	"testing"

	"gantry/sdk"
	"gantry/sdk/plugintest"
)

func TestEveryGoldenCaseHolds(t *testing.T) {
	plugintest.RunCases(t, Map, "cases")
}

// A mapping is an ordinary function: test it like one.
func TestEveryBrokenRuleIsReported(t *testing.T) {
	_, err := Map(Contact{Country: sdk.TextOf("Atlantis")}, &sdk.Context[Settings]{})
	refused, ok := err.(*sdk.Refusal)
	if !ok || len(refused.Violations()) != 3 {
		t.Error(err)
	}
}
