package sdk

import (
	"reflect"
	"runtime"

	"gantry/sdk/internal/abi"
)

// Context is what a mapping knows beside its message.
type Context[S any] struct {
	// The flow's settings for this step, read once per instance.
	Settings S
}

// NoSettings are the settings of a plugin that has none.
type NoSettings struct{}

// Mapping is a function on one message. In is a type that JSON can be read into, Incoming of one, or Message; Out is a
// type that JSON can be made of, Output, or []Output. Errors are refusals: see Refusal.
type Mapping[In, S, Out any] = func(In, *Context[S]) (Out, error)

// Instance is a mapping with its settings: what one instance of a component holds, and what a native test calls.
type Instance struct {
	process func(*Message) Outcome
}

// Outcome is what becomes of one message.
type Outcome struct {
	// What is sent on, payloads written as they are sent.
	Emitted []Output
	// Not nil: nothing is sent on, for this reason.
	Refusal *Refusal
}

// configureRegistered is Configure of the registered mapping.
var configureRegistered func(settings string) (*Instance, []Violation)

// Plugin makes a component of a mapping. Call it once, in `init`: a component's `main` never runs.
func Plugin[In, S, Out any](mapping Mapping[In, S, Out]) {
	if configureRegistered != nil {
		panic("sdk.Plugin is called twice")
	}
	configureRegistered = func(settings string) (*Instance, []Violation) { return Configure(mapping, settings) }
}

// Configure reads the settings, a JSON object, and makes an instance of the mapping.
func Configure[In, S, Out any](mapping Mapping[In, S, Out], settings string) (*Instance, []Violation) {
	ctx := new(Context[S])
	if violations := readSettings(settings, &ctx.Settings); len(violations) > 0 {
		return nil, violations
	}
	process := func(message *Message) Outcome {
		input, err := read[In](message)
		if err != nil {
			return Outcome{Refusal: refusalOf(err, mapping)}
		}
		answer, err := mapping(input, ctx)
		if err != nil {
			return Outcome{Refusal: refusalOf(err, mapping)}
		}
		return emitted(outputs(answer))
	}
	return &Instance{process: process}, nil
}

// Process answers one outcome per message, in the same order. A panic is a fault of its message alone.
func (i *Instance) Process(batch []Message) []Outcome {
	outcomes := make([]Outcome, len(batch))
	for n := range batch {
		outcomes[n] = i.processOne(&batch[n])
	}
	return outcomes
}

func (i *Instance) processOne(message *Message) (outcome Outcome) {
	defer func() {
		if panicked := recover(); panicked != nil {
			outcome = Outcome{Refusal: exception(panicked)}
		}
	}()
	return i.process(message)
}

func emitted(outputs []Output) Outcome {
	for i, output := range outputs {
		written, err := output.written()
		if err != nil {
			return Outcome{Refusal: refusal(err)}
		}
		outputs[i] = written
	}
	return Outcome{Emitted: outputs}
}

// refusalOf is what an error of a mapping stands for: a refusal, or a bug.
func refusalOf(err error, mapping any) *Refusal {
	if refused := refusal(err); refused != nil {
		return refused
	}
	name := runtime.FuncForPC(reflect.ValueOf(mapping).Pointer()).Name()
	return unexpected(err, name)
}

func (o *Outcome) lower() abi.Outcome {
	if o.Refusal != nil {
		return o.Refusal.lower()
	}
	lowered := make([]abi.Output, len(o.Emitted))
	for i := range o.Emitted {
		lowered[i] = o.Emitted[i].lower()
	}
	return abi.Outcome{Kind: abi.Emit, Outputs: lowered}
}
