package sdk

import (
	"bytes"
	"fmt"
	"runtime/debug"
)

// exceptionCode is reserved for bugs: the host counts such a message as a fault of the plugin, not of the data.
const exceptionCode = "plugin-exception"

// exception is what becomes of a message whose mapping panicked. Called while the panic is being recovered, so that
// the stack is still that of the panic.
func exception(panicked any) *Refusal {
	return Reject(exceptionCode, describe(panicked)).Detail("stack", string(stack()))
}

// unexpected is what becomes of a message whose mapping returned an error that is no refusal: the author didn't reckon
// with it, so it is a bug as a panic is. An error keeps no stack; the mapping's name stands in its place.
func unexpected(err error, mapping string) *Refusal {
	return Reject(exceptionCode, describe(err)).Detail("stack", "returned by "+mapping)
}

// describe names what was thrown: an error by its type, anything else as a panic with that text.
func describe(bug any) string {
	if err, ok := bug.(error); ok {
		return fmt.Sprintf("%T: %v", err, err)
	}
	return fmt.Sprintf("panic: %v", bug)
}

// stack is the stack, innermost first, without the frames of recovering: it begins below the line `panic(…)`.
func stack() []byte {
	full := debug.Stack()
	header, _, _ := bytes.Cut(full, []byte("\n"))
	_, frames, found := bytes.Cut(full, []byte("\npanic("))
	if !found {
		return full
	}
	// Behind the call of `panic` stands the line that names its place in Go's runtime.
	for range 2 {
		_, frames, _ = bytes.Cut(frames, []byte("\n"))
	}
	return append(append(header, '\n'), frames...)
}
