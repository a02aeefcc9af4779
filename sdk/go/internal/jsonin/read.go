package jsonin

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// value reads the value that comes next. One that doesn't fit is reported and passed over.
func (r *reader) value(to reflect.Value, how how) {
	if r.peek() == 'n' && how != byItself && how != byLibrary {
		r.null(to, how)
		return
	}
	switch how {
	case byItself:
		raw := r.skip()
		if r.failure == "" {
			r.reportError(to.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(bytesOf(raw)))
		}
	case byLibrary:
		r.library(to)
	case asPointer:
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		r.value(to.Elem(), howOf(to.Type().Elem()))
	case asStruct, asMap:
		r.object(to, how)
	case asSlice:
		r.slice(to)
	case asString, byItsText:
		r.text(to, how)
	default:
		r.scalar(to, how)
	}
}

// null empties what can be empty, and leaves the rest as it is.
func (r *reader) null(to reflect.Value, how how) {
	if r.word() == "null" && (how == asPointer || how == asMap || how == asSlice) {
		to.SetZero()
	}
}

// expect says whether this byte comes next. If not, the value is reported and passed over.
func (r *reader) expect(first byte, expected string) bool {
	if r.peek() == first {
		return true
	}
	if found := r.skip(); r.failure == "" {
		r.wrongType(expected, found)
	}
	return false
}

func (r *reader) object(to reflect.Value, how how) {
	if !r.expect('{', "an object") {
		return
	}
	if how == asMap {
		r.mapping(to)
		return
	}
	plan := planOf(to.Type())
	seen := make([]bool, len(plan.members))
	next := 0
	r.list('}', func(int) {
		name := r.memberName()
		index, found := plan.find(name, next)
		switch {
		case !found:
			r.unknown(name)
			return
		case seen[index]:
			r.report("duplicate-field", "the member `"+name+"` stands twice")
		}
		seen[index] = true
		next = index + 1
		r.member(to, &plan.members[index])
	})
}

func (r *reader) member(to reflect.Value, member *member) {
	field := to.Field(member.field)
	if !member.isKnown {
		member.how, member.isKnown = howOf(field.Type()), true
	}
	r.enter(token{name: member.name, index: -1}, field, member.how)
}

func (r *reader) unknown(name string) {
	r.skip()
	if r.Strict && r.failure == "" {
		r.place = append(r.place, token{name: name, index: -1})
		r.report("unknown-field", "there is no such member")
		r.place = r.place[:len(r.place)-1]
	}
}

func (r *reader) mapping(to reflect.Value) {
	if to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	element := to.Type().Elem()
	how := howOf(element)
	r.list('}', func(int) {
		name := r.memberName()
		value := reflect.New(element).Elem()
		r.enter(token{name: name, index: -1}, value, how)
		to.SetMapIndex(reflect.ValueOf(name), value)
	})
}

func (r *reader) slice(to reflect.Value) {
	if !r.expect('[', "an array") {
		return
	}
	how := howOf(to.Type().Elem())
	to.Set(reflect.MakeSlice(to.Type(), 0, 4))
	r.list(']', func(index int) {
		if index == to.Cap() {
			to.Grow(index)
		}
		to.SetLen(index + 1)
		r.enter(token{index: index}, to.Index(index), how)
	})
}

func (r *reader) enter(token token, to reflect.Value, how how) {
	r.place = append(r.place, token)
	r.value(to, how)
	r.place = r.place[:len(r.place)-1]
}

func (r *reader) text(to reflect.Value, how how) {
	if !r.expect('"', "a text") {
		return
	}
	text := r.string()
	if how == asString {
		to.SetString(text)
	} else if r.failure == "" {
		r.reportError(to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)))
	}
}

func (r *reader) scalar(to reflect.Value, how how) {
	raw := r.skip()
	isNumber := raw != "" && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9')
	switch {
	case r.failure != "":
	case how == asBool && (raw == "true" || raw == "false"):
		to.SetBool(raw == "true")
	case how == asBool:
		r.wrongType("true or false", raw)
	case how == asFloat && isNumber:
		number, err := strconv.ParseFloat(raw, to.Type().Bits())
		to.SetFloat(number)
		r.outOfRange(err, to, raw)
	case how == asFloat:
		r.wrongType("a number", raw)
	case !isNumber || strings.ContainsAny(raw, ".eE"):
		r.wrongType("a whole number", raw)
	case how == asSigned:
		number, err := strconv.ParseInt(raw, 10, to.Type().Bits())
		to.SetInt(number)
		r.outOfRange(err, to, raw)
	default:
		number, err := strconv.ParseUint(raw, 10, to.Type().Bits())
		to.SetUint(number)
		r.outOfRange(err, to, raw)
	}
}

func (r *reader) outOfRange(err error, to reflect.Value, raw string) {
	if err != nil {
		to.SetZero()
		r.report("wrong-value", raw+" doesn't fit into "+to.Kind().String())
	}
}

// library leaves a value to encoding/json, with numbers kept exact in an `any`.
func (r *reader) library(to reflect.Value) {
	raw := r.skip()
	if r.failure != "" {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	if r.Strict {
		decoder.DisallowUnknownFields()
	}
	r.reportError(decoder.Decode(to.Addr().Interface()))
}

func (r *reader) wrongType(expected, found string) {
	r.report("wrong-type", "expected "+expected+", found "+KindOf(found))
}

// reportError reports what a type or the library says of a value.
func (r *reader) reportError(err error) {
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		r.report("wrong-type", strings.TrimPrefix(err.Error(), "json: "))
	default:
		r.report(r.Describe(err))
	}
}

// KindOf words what kind of JSON value this is.
func KindOf(raw string) string {
	switch raw[0] {
	case '"':
		return "a text"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	case '[':
		return "an array"
	case '{':
		return "an object"
	default:
		if strings.ContainsAny(raw, ".eE") {
			return "a number with a point or an exponent"
		}
		return "another number"
	}
}

func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }
