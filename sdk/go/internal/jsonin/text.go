package jsonin

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a text. One without escapes is a part of what is read.
func (s *scanner) string() string {
	inside, isEscaped := s.quoted()
	if isEscaped && s.failure == "" {
		return unescaped(inside)
	}
	return inside
}

// Unquoted is the text that a well-formed JSON text, quotes and all, stands for.
func Unquoted(raw string) string {
	inside := raw[1 : len(raw)-1]
	if strings.IndexByte(inside, '\\') < 0 {
		return inside
	}
	return unescaped(inside)
}

// quoted goes past a text and answers what stands between the quotes, and whether there are escapes in it.
func (s *scanner) quoted() (inside string, isEscaped bool) {
	s.at++
	start := s.at
	for s.at < len(s.source) {
		switch char := s.source[s.at]; {
		case char == '"':
			s.at++
			return s.source[start : s.at-1], isEscaped
		case char == '\\':
			isEscaped = true
			s.escape()
		case char < ' ':
			s.fail("a control character in a text")
		default:
			s.at++
		}
	}
	s.fail("the text has no end")
	return "", false
}

// escape goes past an escape. One half of a surrogate pair alone stands for no character.
func (s *scanner) escape() {
	rest := s.source[s.at+1:]
	switch {
	case rest == "" || !strings.Contains(`"\/bfnrtu`, rest[:1]):
		s.fail("no such escape")
	case rest[0] != 'u':
		s.at += 2
	default:
		char, length := codePoint(s.source[s.at:])
		if length == 0 {
			s.fail("no such character")
		} else if char == utf8.RuneError && !strings.EqualFold(s.source[s.at+2:s.at+6], "fffd") {
			s.fail("half of a surrogate pair")
		}
		s.at = min(s.at+length, len(s.source))
	}
}

// codePoint reads `\uXXXX`, or two of them that are a pair, and answers how long that is; 0 where it isn't one.
func codePoint(text string) (char rune, length int) {
	first, ok := unit(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(first) {
		return first, 6
	}
	second, _ := unit(text[6:])
	return utf16.DecodeRune(first, second), 12
}

func unit(text string) (rune, bool) {
	if len(text) < 6 || text[:2] != `\u` {
		return 0, false
	}
	number, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(number), err == nil
}

// unescaped is a text with its escapes, which are known to be right, as the characters they stand for.
func unescaped(text string) string {
	plain := make([]byte, 0, len(text))
	for {
		before, _, found := strings.Cut(text, `\`)
		plain = append(plain, before...)
		if !found {
			return string(plain)
		}
		text = text[len(before):]
		if text[1] == 'u' {
			char, length := codePoint(text)
			plain, text = utf8.AppendRune(plain, char), text[length:]
			continue
		}
		plain, text = append(plain, simpleEscape(text[1])), text[2:]
	}
}

func simpleEscape(char byte) byte {
	switch char {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return char
	}
}
