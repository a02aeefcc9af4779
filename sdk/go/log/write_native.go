//go:build !wasip1

package log

import (
	"fmt"
	"os"

	"gantry/sdk/internal/abi"
)

func write(level Level, text string, fields []abi.Pair) {
	fmt.Fprintf(os.Stderr, "%s: %s", level, text)
	for _, field := range fields {
		fmt.Fprintf(os.Stderr, " %s=%q", field.Name, field.Value)
	}
	fmt.Fprintln(os.Stderr)
}
