package jsonin

import "strings"

// deepest is how far values may be nested, as in the Rust SDK.
const deepest = 128

// scanner goes through a JSON text. Once it has failed it stands at the end, so that its callers come to theirs.
type scanner struct {
	source   string
	at       int
	depth    int
	failure  string
	failedAt int
}

func (s *scanner) fail(why string) {
	if s.failure == "" {
		s.failure, s.failedAt = why, s.at
	}
	s.at = len(s.source)
}

func (s *scanner) space() {
	for s.at < len(s.source) {
		switch s.source[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek is the first byte of what comes next, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.at == len(s.source) {
		return 0
	}
	return s.source[s.at]
}

// take goes past this byte, if it comes next.
func (s *scanner) take(char byte) bool {
	if s.peek() != char {
		return false
	}
	s.at++
	return true
}

// list goes through the parts of an object or an array, from its opening byte to its closing one. `part` reads one.
func (s *scanner) list(end byte, part func(index int)) {
	s.at++
	if s.depth++; s.depth > deepest {
		s.fail("nested too deeply")
	}
	if !s.take(end) {
		for index := 0; s.failure == ""; index++ {
			part(index)
			if s.take(end) {
				break
			}
			if !s.take(',') {
				s.fail("expected a comma or the end of the list")
			}
		}
	}
	s.depth--
}

// memberName reads a member's name and the colon behind it.
func (s *scanner) memberName() string {
	if s.peek() != '"' {
		s.fail("expected the name of a member")
		return ""
	}
	name := s.string()
	if !s.take(':') {
		s.fail("expected a colon")
	}
	return name
}

// skip goes past a value of any kind and answers it as it is written.
func (s *scanner) skip() string {
	first := s.peek()
	start := s.at
	switch {
	case first == '{':
		s.list('}', func(int) { s.memberName(); s.skip() })
	case first == '[':
		s.list(']', func(int) { s.skip() })
	case first == '"':
		s.quoted()
	case first == '-' || '0' <= first && first <= '9':
		s.number()
	default:
		s.word()
	}
	return s.source[min(start, s.at):s.at]
}

// word goes past `null`, `true` or `false`.
func (s *scanner) word() string {
	for _, word := range [...]string{"null", "true", "false"} {
		if strings.HasPrefix(s.source[s.at:], word) {
			s.at += len(word)
			return word
		}
	}
	s.fail("expected a value")
	return ""
}

// number goes past a number and answers it as it is written.
func (s *scanner) number() string {
	start := s.at
	s.takeNow('-')
	if !s.takeNow('0') {
		s.digits()
	}
	if s.takeNow('.') {
		s.digits()
	}
	if s.takeNow('e') || s.takeNow('E') {
		if !s.takeNow('+') {
			s.takeNow('-')
		}
		s.digits()
	}
	return s.source[start:s.at]
}

func (s *scanner) takeNow(char byte) bool {
	if s.at == len(s.source) || s.source[s.at] != char {
		return false
	}
	s.at++
	return true
}

func (s *scanner) digits() {
	start := s.at
	for s.at < len(s.source) && '0' <= s.source[s.at] && s.source[s.at] <= '9' {
		s.at++
	}
	if s.at == start {
		s.fail("expected a digit")
	}
}
