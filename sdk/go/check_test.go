package sdk

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// paths are the places and codes of a refusal: "/a: missing-field".
func paths(err error) []string {
	var refused *Refusal
	if !errors.As(err, &refused) {
		return nil
	}
	var found []string
	for _, violation := range refused.Violations() {
		found = append(found, violation.Path+": "+violation.Code)
	}
	return found
}

func expectPaths(t *testing.T, err error, expected ...string) {
	t.Helper()
	if got := paths(err); !reflect.DeepEqual(got, expected) {
		t.Errorf("%q, expected %q", got, expected)
	}
}

func TestEveryBrokenRuleIsReportedAtItsPlace(t *testing.T) {
	var check Checker
	bad := func() (int, error) { return 7, NewDefect("bad", "bad") }
	if got := Get(&check, "a/b~c", bad); got != 0 {
		t.Errorf("%d in place of the zero value", got)
	}
	Each(&check, "rows", []int{0, 1}, func(_ int, n int) any {
		check.Within("x", func() {
			if n == 1 {
				_, err := bad()
				check.ReportHere(err)
			}
		})
		return nil
	})
	check.Rule("total", false, "wrong-total", "off by %d", 3)
	check.Report("other", errors.New("anything"))
	err := check.Finish()
	expectPaths(t, err, "/a~1b~0c: bad", "/rows/1/x: bad", "/total: wrong-total", "/other: wrong-value")
	if !strings.Contains(err.Error(), "/total: off by 3 (wrong-total)") {
		t.Error(err)
	}
}

func TestNothingFoundRefusesNothing(t *testing.T) {
	var check Checker
	if got := Get(&check, "a", Value(3).Required); got != 3 || !check.IsClean() || check.Finish() != nil {
		t.Errorf("%d, %v", got, check.Finish())
	}
}

func TestReadersChain(t *testing.T) {
	var check Checker
	length := func(text string) (int, error) { return len(text), nil }
	if got := Then(&check, "a", TextOf(" ab ").Required, length); got != 2 {
		t.Error(got)
	}
	if got := IfAny(&check, "b", Text{}.Optional, length); got != nil {
		t.Error(*got)
	}
	if got := IfAny(&check, "c", TextOf("abc").Optional, length); got == nil || *got != 3 {
		t.Error(got)
	}
	Then(&check, "d", Text{}.Required, length)
	expectPaths(t, check.Finish(), "/d: missing-field")
}
