package main

import (
	"testing"

	"gantry/sdk/plugintest"
)

func TestTheCasesOfOrderToERPHold(t *testing.T) {
	plugintest.RunCases(t, Map, "../order-to-erp/cases")
}
