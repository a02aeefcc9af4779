package main

import (
	"testing"

	"gantry/sdk/plugintest"
)

func TestTheConformanceSuiteHoldsNativelyToo(t *testing.T) {
	plugintest.RunCases(t, Map, "../../../tests/conformance/cases")
}
