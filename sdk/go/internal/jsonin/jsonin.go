// Package jsonin reads a JSON text into a Go value and says of everything that doesn't fit where it stands and why.
//
// It follows the tags and interfaces of encoding/json, and hands what it doesn't read itself (an `any`, an array, a
// struct with unusual tags) over to it. It is not encoding/json throughout because a plugin needs more, and has less
// time: a pointer to each mismatch, all of them in one go, members told apart by case, members that stand twice; and no
// work at the start of an instance, which encoding/json spends several times as long on as on reading a message. Texts
// without escapes are not copied: they stay part of the text that is read.
package jsonin

import (
	"reflect"
	"strconv"
	"strings"
)

// Violation is a place where the JSON doesn't fit the value: a JSON Pointer, a code, and a text for people.
//
//	not-json         isn't JSON at all, is cut off, or nested beyond all reason; the one violation then, at ""
//	unknown-field    a member that the struct doesn't have, when reading strictly
//	duplicate-field  a member that stands twice
//	wrong-type       a text where a number belongs, say
//	wrong-value      the right type but no allowed value
type Violation struct{ Path, Code, Text string }

// Options say how to read.
type Options struct {
	// Members that a struct doesn't have are violations.
	Strict bool
	// Code and text of an error that a type's own method has answered.
	Describe func(error) (code, text string)
}

// Read reads a whole JSON text into the value that `to` points to.
func Read(text string, to any, options Options) []Violation {
	r := reader{scanner: scanner{source: text}, Options: options}
	target := reflect.ValueOf(to).Elem()
	r.value(target, howOf(target.Type()))
	r.space()
	if r.at < len(r.source) {
		r.fail("the JSON value is followed by something else")
	}
	if r.failure != "" {
		text := r.failure + " at byte " + strconv.Itoa(r.failedAt)
		return []Violation{{Code: "not-json", Text: text}}
	}
	return r.found
}

type reader struct {
	scanner
	Options
	place []token
	found []Violation
}

// token is a step into the value: a member's name, or an element's number.
type token struct {
	name  string
	index int
}

func (r *reader) report(code, text string) {
	r.found = append(r.found, Violation{Path: r.path(), Code: code, Text: Shortened(text)})
}

func (r *reader) path() string {
	var path strings.Builder
	for _, token := range r.place {
		path.WriteByte('/')
		if token.index >= 0 {
			path.WriteString(strconv.Itoa(token.index))
		} else {
			path.WriteString(Escape(token.name))
		}
	}
	return path.String()
}

// Escape writes a member's name as a token of a JSON Pointer (RFC 6901).
func Escape(name string) string {
	if strings.ContainsAny(name, "~/") {
		name = strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
	}
	return name
}

// textLimit is the longest text of a violation, in bytes: the offending value may be part of it.
const textLimit = 300

// Shortened is the text, or its beginning where it is longer than a violation may have it.
func Shortened(text string) string {
	if len(text) <= textLimit {
		return text
	}
	end := textLimit
	for end > 0 && text[end]&0xC0 == 0x80 {
		end--
	}
	return text[:end] + "…"
}
