package jsonin

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// how is the way a type is read.
type how byte

const (
	// By encoding/json.
	byLibrary how = iota
	// By its own UnmarshalJSON.
	byItself
	// By its own UnmarshalText.
	byItsText
	asStruct
	asSlice
	asMap
	asPointer
	asString
	asBool
	asSigned
	asUnsigned
	asFloat
)

var (
	readsItself = reflect.TypeFor[json.Unmarshaler]()
	readsText   = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func howOf(t reflect.Type) how {
	switch pointer := reflect.PointerTo(t); {
	case pointer.Implements(readsItself):
		return byItself
	case pointer.Implements(readsText):
		return byItsText
	}
	switch t.Kind() {
	case reflect.Struct:
		if planOf(t).isUnusual {
			return byLibrary
		}
		return asStruct
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return byLibrary
		}
		return asSlice
	case reflect.Map:
		if t.Key() != reflect.TypeFor[string]() {
			return byLibrary
		}
		return asMap
	default:
		return howOfScalar(t.Kind())
	}
}

func howOfScalar(kind reflect.Kind) how {
	switch kind {
	case reflect.Pointer:
		return asPointer
	case reflect.String:
		return asString
	case reflect.Bool:
		return asBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return asSigned
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return asUnsigned
	case reflect.Float32, reflect.Float64:
		return asFloat
	default:
		return byLibrary
	}
}

// plan is what is known of a struct: its members, in the order of its fields.
type plan struct {
	members []member
	// It has tags or embedded structs that encoding/json knows better how to read.
	isUnusual bool
}

type member struct {
	name  string
	field int
	how   how
	// Whether how was worked out: a struct may hold itself.
	isKnown bool
}

// plans are those of the structs read so far. A component has one thread; natively tests may run side by side.
var plans cache

func planOf(t reflect.Type) *plan {
	if known := plans.get(t); known != nil {
		return known
	}
	p := &plan{members: make([]member, 0, t.NumField())}
	for i := range t.NumField() {
		field := t.Field(i)
		tag, isTagged := field.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if field.Anonymous && name == "" || strings.Contains(options, "string") {
			p.isUnusual = true
		}
		if !field.IsExported() || isTagged && tag == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		p.members = append(p.members, member{name: name, field: i})
	}
	plans.set(t, p)
	return p
}

// find is the member of this name, looked for from `from` on: members mostly come in the order of the fields.
func (p *plan) find(name string, from int) (index int, found bool) {
	for i := range p.members {
		index := (from + i) % len(p.members)
		if p.members[index].name == name {
			return index, true
		}
	}
	return 0, false
}
