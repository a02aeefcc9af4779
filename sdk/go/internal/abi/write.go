package abi

// Outcomes writes the answer of `process`, a `list<outcome>`.
func Outcomes(outcomes []Outcome) *Block {
	b := &Block{}
	answer := b.reserve(1, textSize, 8)
	start := b.reserve(len(outcomes), outcomeSize, 8)
	b.setList(answer, start, len(outcomes))
	for i := range outcomes {
		b.setOutcome(start+uint32(i)*outcomeSize, &outcomes[i])
	}
	return b
}

// Configured writes the answer of `configure`, a `result<_, list<violation>>`: no violations mean that all is well.
func Configured(violations []Violation) *Block {
	b := &Block{}
	answer := b.reserve(1, 12, 8)
	if len(violations) > 0 {
		b.setByte(answer, 1)
		b.setViolations(answer+4, violations)
	}
	return b
}

// Fields writes a `list<tuple<string, string>>` for a line of the log.
func Fields(pairs []Pair) *Block {
	b := &Block{}
	b.setPairs(b.reserve(1, textSize, 8), pairs)
	return b
}

// Keys writes a `list<string>` for a lookup.
func Keys(keys []string) *Block {
	b := &Block{}
	answer := b.reserve(1, textSize, 8)
	start := b.reserve(len(keys), textSize, 4)
	b.setList(answer, start, len(keys))
	for i, key := range keys {
		b.setText(start+uint32(i)*textSize, key)
	}
	return b
}

// payloadAt is where the value of an outcome stands, behind its case.
const payloadAt = 8

func (b *Block) setOutcome(at uint32, outcome *Outcome) {
	b.setByte(at, byte(outcome.Kind))
	switch outcome.Kind {
	case Emit:
		b.setOutputs(at+payloadAt, outcome.Outputs)
	case Invalid:
		b.setViolations(at+payloadAt, outcome.Violations)
	default:
		b.setFault(at+payloadAt, &outcome.Fault)
	}
	if outcome.Kind == Retry && outcome.AfterMs != nil {
		b.setByte(at+32, 1)
		b.setU64(at+40, *outcome.AfterMs)
	}
}

func (b *Block) setOutputs(at uint32, outputs []Output) {
	start := b.reserve(len(outputs), outputSize, 4)
	b.setList(at, start, len(outputs))
	for i := range outputs {
		b.setOutput(start+uint32(i)*outputSize, &outputs[i])
	}
}

func (b *Block) setOutput(at uint32, output *Output) {
	b.setOptionalText(at, output.Route)
	b.setOptionalText(at+12, output.Key)
	b.setOptionalText(at+24, output.IdempotencyKey)
	b.setText(at+36, output.ContentType)
	b.setPairs(at+44, output.Headers)
	if output.Payload.IsBytes {
		b.setByte(at+52, 1)
		b.setBytes(at+56, output.Payload.Bytes)
	} else {
		b.setText(at+56, output.Payload.Text)
	}
	b.setPairs(at+64, output.Extensions)
}

func (b *Block) setViolations(at uint32, violations []Violation) {
	start := b.reserve(len(violations), violationSize, 4)
	b.setList(at, start, len(violations))
	for i, violation := range violations {
		record := start + uint32(i)*violationSize
		b.setText(record, violation.Path)
		b.setText(record+8, violation.Code)
		b.setText(record+16, violation.Text)
	}
}

func (b *Block) setFault(at uint32, fault *Fault) {
	b.setText(at, fault.Code)
	b.setText(at+8, fault.Text)
	b.setPairs(at+16, fault.Details)
}
