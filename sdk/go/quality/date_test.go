package quality

import "testing"

func TestManySpellingsAreOneDate(t *testing.T) {
	for _, text := range []string{
		"2026-03-09", "20260309", "2026/3/9", "2026.03.09", "9.3.2026", "09.03.2026", "09.03.2026 14:30",
		"2026-03-09T10:15:00Z", "2026-03-09 10:15", "2026-03-09T23:59:59.123+02:00", "2026-03-09T10:15:00 +0100",
		"9 March 2026", "March 9, 2026", "Mar 9 2026", "9th of March 2026", "9. März 2026", "09 mars 2026",
		"9 de marzo de 2026", "9-Mar-2026", "Mon, 09 Mar 2026 10:00:00 +0100", "Montag, 9. März 2026", " 2026-03-09 ",
	} {
		if got, err := Undeclared.Parse(text); err != nil || got.String() != "2026-03-09" {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}

func TestSlashesFollowTheDeclaredOrder(t *testing.T) {
	for _, c := range []struct {
		text  string
		order Order
		date  string
		code  string
	}{
		{"9/3/2026", DayFirst, "2026-03-09", ""},
		{"03-09-2026", MonthFirst, "2026-03-09", ""},
		{"9/3/2026", Undeclared, "", "ambiguous-date"},
		{"3/3/2026", Undeclared, "2026-03-03", ""},
		{"25/12/2026", Undeclared, "2026-12-25", ""},
		{"12/25/2026", Undeclared, "2026-12-25", ""},
		{"25/12/2026", MonthFirst, "", "not-a-date"},
		{"29.02.2028", Undeclared, "2028-02-29", ""},
		{"29.02.2027", Undeclared, "", "not-a-date"},
		{"29.02.1900", Undeclared, "", "not-a-date"},
	} {
		got, err := c.order.Parse(c.text)
		if codeOf(t, err) != c.code || err == nil && got.String() != c.date {
			t.Errorf("%q: %s, %v", c.text, got, err)
		}
	}
}

func TestWhatIsNoDateIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "NULL", "soon", "2026-02-29", "2026-13-01", "31.04.2026", "09.03.26", "2026-03-09T25:00", "2026-03-09x",
		"2026-03", "9.3.2026.1", "1/2/3/2026", "9 Marzipan 2026", "9 March 26", "9 March 2026 tomorrow", "0000-01-01",
		"2026-03-09T", "2026-03-09T10:15:00+x", "99 March 2026", "9 jui 2026", "/", "9/", "9/3", "2026-03-09T10:15:00.Z",
	} {
		if got, err := DayFirst.Parse(text); codeOf(t, err) != "not-a-date" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestDaysAreInOrder(t *testing.T) {
	day := func(text string) Date {
		date, err := DayFirst.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	if !day("2026-03-09").Before(day("2026-03-10")) || !day("2025-12-31").Before(day("2026-01-01")) {
		t.Error("an earlier day is not before")
	}
	if day("2026-03-09").Before(day("2026-03-09")) || day("2026-04-01").Before(day("2026-03-31")) {
		t.Error("a day is before itself or an earlier one")
	}
}

func FuzzNoTextMakesADatePanic(f *testing.F) {
	f.Add("9. März 2026")
	f.Add("2026-03-09T10:15:00+01:00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, order := range []Order{Undeclared, DayFirst, MonthFirst} {
			if date, err := order.Parse(text); err == nil {
				if again, err := order.Parse(date.String()); err != nil || again != date {
					t.Errorf("%q: %s, then %s, %v", text, date, again, err)
				}
			}
		}
	})
}
