package sdk

import (
	"gantry/sdk/internal/abi"
	"gantry/sdk/log"
)

// The component's side of the contract: its two functions, as the host calls them.

var (
	// The configured plugin: an instance has one, from `configure` on.
	configured *Instance
	// What the host is reading: kept until the next call.
	answer *abi.Block
)

//go:wasmexport gantry:plugin/transform@0.1.0#configure
func exportConfigure(address, size uint32) uint32 {
	settings := abi.Linear.Text(address, size)
	abi.Release()
	instance, violations := configure(settings)
	configured = instance
	answer = abi.Configured(lowerViolations(violations))
	return answer.Settle()
}

//go:wasmexport gantry:plugin/transform@0.1.0#process
func exportProcess(address, count uint32) uint32 {
	batch := abi.Linear.Messages(address, count)
	abi.Release()
	outcomes := make([]abi.Outcome, len(batch))
	for i := range batch {
		log.About(batch[i].ID)
		outcomes[i] = processLowered(&batch[i])
		batch[i] = abi.Message{}
	}
	answer = abi.Outcomes(outcomes)
	return answer.Settle()
}

func configure(settings string) (*Instance, []Violation) {
	if configureRegistered == nil {
		return nil, []Violation{{Code: "no-mapping", Text: "the plugin registers no mapping: call sdk.Plugin in init"}}
	}
	if configured != nil {
		return configured, []Violation{{Code: "already-configured", Text: "this instance is configured already"}}
	}
	return configureRegistered(settings)
}

func processLowered(message *abi.Message) abi.Outcome {
	if configured == nil {
		return Retry("not-configured", "process before configure").lower()
	}
	lifted := lift(message)
	outcome := configured.processOne(&lifted)
	return outcome.lower()
}
