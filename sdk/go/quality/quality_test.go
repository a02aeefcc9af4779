package quality

import (
	"errors"
	"strings"
	"testing"

	"gantry/sdk"
)

// codeOf is the code of a defect; empty where there is none.
func codeOf(t *testing.T, err error) string {
	t.Helper()
	var defect *sdk.Defect
	if err != nil && !errors.As(err, &defect) {
		t.Fatalf("not a defect: %v", err)
	}
	if err == nil {
		return ""
	}
	return defect.Code
}

func textOf(t *testing.T, err error) string {
	t.Helper()
	var defect *sdk.Defect
	if !errors.As(err, &defect) {
		t.Fatalf("not a defect: %v", err)
	}
	return defect.Text
}

func TestTheTextOfAnImplausibleValueNamesTheBounds(t *testing.T) {
	if value, err := Between(1, 9)(9); value != 9 || err != nil {
		t.Errorf("%v, %v", value, err)
	}
	_, err := Between(1, 9)(0)
	if codeOf(t, err) != "out-of-range" || textOf(t, err) != "0 is outside the plausible range from 1 to 9" {
		t.Error(err)
	}
}

func TestLengthCountsCharactersAndNotBytes(t *testing.T) {
	if _, err := Length(5)("Größe"); err != nil {
		t.Error(err)
	}
	if _, err := Length(5)("Größen"); codeOf(t, err) != "too-long" {
		t.Error(err)
	}
}

func TestSpellingDoesNotMatterToFoldAndScriptsStay(t *testing.T) {
	for text, folded := range map[string]string{
		"Côte d'Ivoire":   "cotedivoire",
		"COTE D IVOIRE":   "cotedivoire",
		"Österreich":      "osterreich",
		"Łódź-Straße 7":   "lodzstrasse7",
		"İstanbul":        "istanbul",
		"Ελλάδα":          "ελλάδα",
		"日本":              "日本",
		"भारत":            "भारत",
		" — ":             "",
		"Æsir Þing Œuvre": "aesirthingoeuvre",
	} {
		if got := Fold(text); got != folded {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestEveryLineOfEveryTableIsFound(t *testing.T) {
	for name, table := range map[string]string{"countries": countries, "currencies": currencies, "plans": phonePlans} {
		previous := ""
		for line := range strings.Lines(table) {
			key, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if got, found := find(table, key); !found || got != rest {
				t.Errorf("%s: %q: %q, %v", name, key, got, found)
			}
			if key <= previous {
				t.Errorf("%s: %q stands behind %q", name, key, previous)
			}
			previous = key
		}
		for _, absent := range []string{"", " ", "0", "ZZZZ", "~", previous + "x"} {
			if got, found := find(table, absent); found {
				t.Errorf("%s: %q: %q", name, absent, got)
			}
		}
	}
}

func TestWhatPeopleCallACountryIsUnderstood(t *testing.T) {
	for text, code := range map[string]string{
		"UK": "GB", "U.S.A.": "US", "usa": "US", "The Netherlands": "NL", "Holland": "NL", "ÖSTERREICH": "AT",
		"Côte d'Ivoire": "CI", "ivory coast": "CI", "South Korea": "KR", "Türkei": "TR", "Turkey": "TR", "España": "ES",
		"日本": "JP", "Ελλάδα": "GR", "Россия": "RU", "Czech Republic": "CZ", "DEU": "DE", " de ": "DE",
		"Bosnia & Herzegovina": "BA", "Åland": "AX", "Viet Nam": "VN", "Samoa": "WS",
	} {
		if got, err := Country(text); got != code || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "  ", "ZZ", "Atlantis", "Europe", "NULL", "zzzzzzzz", "a", "germany DE"} {
		if _, err := Country(text); codeOf(t, err) != "unknown-country" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCurrenciesAreThoseOfISO4217(t *testing.T) {
	for text, decimals := range map[string]int{"eur": 2, " JPY ": 0, "BHD": 3, "clf": 4, "XAU": 2} {
		currency, err := CurrencyOf(text)
		if err != nil || currency.Decimals() != decimals || currency.Code() != strings.ToUpper(strings.TrimSpace(text)) {
			t.Errorf("%q: %v, %v", text, currency, err)
		}
	}
	for _, text := range []string{"€", "EURO", "", "XXXX", "E"} {
		if _, err := CurrencyOf(text); codeOf(t, err) != "unknown-currency" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnArticleNumberNeedsThePrefixAndSomethingBehindIt(t *testing.T) {
	if got, err := WithoutPrefix("PROD-")(" PROD-9.1 "); got != "9.1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := WithoutPrefix("")("77"); got != "77" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, wrong := range []string{"PROD-", "prod-1", "PROD-1 2", "PROD-1/2", "", "XPROD-1", "PROD-ä"} {
		if _, err := WithoutPrefix("PROD-")(wrong); codeOf(t, err) != "wrong-sku" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestSpellingsOfOneAddressBecomeOne(t *testing.T) {
	for text, address := range map[string]string{
		"Max.M@X.de": "max.m@x.de", " max.m@x.DE": "max.m@x.de", "Max M. <max.m@x.de>": "max.m@x.de",
		"mailto:max.m@x.de": "max.m@x.de", " mailto:Jürgen@Müller.DE ": "jürgen@müller.de", "a+b@x-y.co.uk": "a+b@x-y.co.uk",
	} {
		if got, err := Email(text); got != address || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "max", "max@", "@x.de", "max@x", "max@@x.de", "max m@x.de", "a@x.de, b@x.de", "max@[1.2.3.4]", "nobody@localhost",
		"a..b@x.de", ".a@x.de", "a@x..de", "a@-x.de", strings.Repeat("a", 65) + "@x.de",
	} {
		if _, err := Email(text); codeOf(t, err) != "not-an-email" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNationalSpellingsAreReadByThePlanOfTheCountry(t *testing.T) {
	for _, c := range []struct{ text, country, number string }{
		{"030 - 007 43 21", "DE", "+49300074321"},
		{"+1 (503) 555-7555", "DE", "+15035557555"},
		{"(20) 7946-0958", "GB", "+442079460958"},
		{"020 7946 0958", "GB", "+442079460958"},
		{"0921-12 34 65", "SE", "+46921123465"},
		{"(11) 5555-7647", "BR", "+551155557647"},
		{"035-640230", "IT", "+39035640230"},
		{"86 21 32 43", "DK", "+4586213243"},
		{"0049 30 12345678", "DE", "+493012345678"},
		{"06 1 234 5678", "HU", "+3612345678"},
		{"1 503 555 7555", "US", "+15035557555"},
		{"011 49 30 12345678", "US", "+493012345678"},
		{"tel:+44-20-7946-0958", "DE", "+442079460958"},
	} {
		if got, err := Phone(c.country)(c.text); got != c.number || err != nil {
			t.Errorf("%q in %s: %q, %v", c.text, c.country, got, err)
		}
	}
	for _, c := range []struct{ text, country string }{
		{"26.47.15.10", "FR"}, {"call me", "DE"}, {"", "DE"}, {"030 1234567", "ZZ"}, {"12", "DE"}, {"+999 1234567", "DE"},
		{"+", "DE"}, {"030+1234567", "DE"}, {"1035557555", "US"}, {"030 1234567", ""},
	} {
		if got, err := Phone(c.country)(c.text); codeOf(t, err) != "not-a-phone-number" {
			t.Errorf("%q in %s: %q, %v", c.text, c.country, got, err)
		}
	}
}

func TestACountryOfAPhoneNumberThatIsNoCodeIsAFaultOfThePlugin(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "alpha-2 code, and `Germany` is none") {
			t.Error(text)
		}
	}()
	Phone("Germany")
}
