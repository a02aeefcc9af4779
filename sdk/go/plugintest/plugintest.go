//go:build !wasip1

// Package plugintest runs a plugin's golden cases natively, in milliseconds: the same files that `gantry plugin test`
// runs in the sandbox, in the format of docs/reference/golden-cases.md.
//
//	func TestEveryGoldenCaseHolds(t *testing.T) {
//		plugintest.RunCases(t, Map, "cases")
//	}
//
// Local time is UTC in tests that import this package, as it is in the sandbox.
package plugintest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/sdk"
	"gantry/sdk/clock"
	"gantry/sdk/lookup"
)

// Local time is UTC in a component: what takes it for granted fails natively, too.
func init() { time.Local = time.UTC }

// RunCases runs each file `*.json` of the folder as a test of its own. A folder without cases fails.
func RunCases[In, S, Out any](t *testing.T, mapping sdk.Mapping[In, S, Out], folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s", folder)
	}
	configure := func(settings string) (*sdk.Instance, []sdk.Violation) { return sdk.Configure(mapping, settings) }
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { run(t, configure, file) })
	}
}

func run(t *testing.T, configure func(string) (*sdk.Instance, []sdk.Violation), file string) {
	golden, err := readCase(file)
	if err != nil {
		t.Fatal(err)
	}
	lookup.StandIn(golden.granted())
	clock.StandIn(golden.NowMs)
	defer lookup.StandIn(nil)
	defer clock.StandIn(0)
	instance, violations := configure(string(golden.Settings))
	if golden.Refused != nil || violations != nil {
		compare(t, "settings", golden.Refused, describeViolations(violations))
		return
	}
	for i, outcome := range instance.Process(golden.messages()) {
		compareOutcome(t, i, golden.Expected[i], outcome)
	}
}
