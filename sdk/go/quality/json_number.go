package quality

import "encoding/json"

// AsJSONNumber is the decimal as a JSON number with all its digits: `0.10` and not `"0.10"`. A decimal by itself is
// written as a text, since a receiver that reads JSON numbers as floats would round it; use this where the target asks for
// numbers.
func (d Decimal) AsJSONNumber() json.Number { return json.Number(d.String()) }
