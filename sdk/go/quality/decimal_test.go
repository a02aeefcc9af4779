package quality

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"gantry/sdk"
)

func decimal(text string) Decimal {
	number, ok := parseNumber(text)
	if !ok {
		panic("no decimal: " + text)
	}
	return number
}

func TestAJSONNumberIsReadDigitForDigit(t *testing.T) {
	for _, text := range []string{
		"0.1", "19.99", "-3", "1234567890123456.78", "0.30000000000000004", "9007199254740993", "0", "0.00", "-0.05",
		"79228162514264337593543950335", "0.0000000000000000000000000001",
	} {
		var number Decimal
		if err := json.Unmarshal([]byte(text), &number); err != nil || number.String() != text {
			t.Errorf("%s: %s, %v", text, number, err)
		}
	}
	for text, read := range map[string]string{"1.5e3": "1500", "15E-1": "1.5", `"12.50"`: "12.50", "-0": "0", "1e+2": "100"} {
		var number Decimal
		if err := json.Unmarshal([]byte(text), &number); err != nil || number.String() != read {
			t.Errorf("%s: %s, %v", text, number, err)
		}
	}
}

func TestWhatIsNoDecimalIsADefect(t *testing.T) {
	for text, code := range map[string]string{
		`"12,50"`: "not-a-decimal", `""`: "not-a-decimal", `"1e3"`: "not-a-decimal", "1e400": "not-a-decimal",
		"79228162514264337593543950336": "not-a-decimal", "1e-29": "not-a-decimal", `"\u0031"`: "not-a-decimal",
		"true": "wrong-type", "[1]": "wrong-type", `{"a": 1}`: "wrong-type",
	} {
		var number Decimal
		if err := number.UnmarshalJSON([]byte(text)); codeOf(t, err) != code {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAnAmountThatACSVExportLeftEmptyIsNoneWhereThereNeedNotBeOne(t *testing.T) {
	for _, text := range []string{`""`, `" \t"`} {
		var field sdk.Field[Decimal]
		if err := json.Unmarshal([]byte(text), &field); err != nil {
			t.Fatal(err)
		}
		if amount, err := field.Optional(); amount != nil || err != nil {
			t.Errorf("%s: %v, %v", text, amount, err)
		}
		if amount, err := field.Or(NewDecimal(5, 0))(); amount != NewDecimal(5, 0) || err != nil {
			t.Errorf("%s: %v, %v", text, amount, err)
		}
		if _, err := field.Required(); codeOf(t, err) != "not-a-decimal" {
			t.Errorf("%s: %v", text, err)
		}
	}
	var wrong sdk.Field[Decimal]
	_ = json.Unmarshal([]byte(`"x"`), &wrong)
	if _, err := wrong.Optional(); codeOf(t, err) != "not-a-decimal" {
		t.Error(err)
	}
}

func TestANumberWithTooManyDigitsIsToldTheLimit(t *testing.T) {
	for text, cause := range map[string]string{
		"1e30": "28 decimals", "123456789012345678901234567890.12": "28 decimals", "1e-30": "28 decimals",
		`"123456789012345678901234567890"`: "28 decimals", `"1,5"`: "notation", `"."`: "notation",
	} {
		var number Decimal
		if err := number.UnmarshalJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), cause) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestGroupsAndMarksFollowTheDeclaredNotation(t *testing.T) {
	for _, text := range []string{
		"1.234.567,89", "1 234 567,89", "1'234'567,89", "1\u202f234\u202f567,89", " 1234567,89 ", "+1.234.567,89",
	} {
		if got, err := Comma.Parse(text); err != nil || got != decimal("1234567.89") {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	if got, err := Point.Parse("-1,234.5"); err != nil || got != decimal("-1234.5") {
		t.Errorf("%s, %v", got, err)
	}
	for _, text := range []string{
		"1,234,56", "12.34", "1.2345", "1234.567", ".567", "1,", ",5", "", "-", "1.234,5.6", "12a", "٣", "--1", "1.-234",
	} {
		if got, err := Comma.Parse(text); codeOf(t, err) != "not-a-decimal" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestRoundingIsTheCommercialOne(t *testing.T) {
	for text, rounded := range map[string]string{
		"2.345": "2.35", "-2.345": "-2.35", "2.3449": "2.34", "5": "5.00", "-0.001": "0.00", "0.995": "1.00",
	} {
		if got := decimal(text).Rounded(2).String(); got != rounded {
			t.Errorf("%s: %s", text, got)
		}
	}
	if _, err := AtMostDecimals(1)(decimal("1.500")); err != nil {
		t.Error(err)
	}
	if _, err := AtMostDecimals(1)(decimal("1.05")); codeOf(t, err) != "too-many-decimals" {
		t.Error(err)
	}
}

func TestAHundredthIsExact(t *testing.T) {
	if got := decimal("1234.5").Hundredth().String(); got != "12.345" {
		t.Error(got)
	}
	if got := decimal("0.0000000000000000000000000001").Hundredth(); got.Sign() != 0 {
		t.Error(got)
	}
}

func TestWhatIsBeyondAllDecimalsIsADefectAndNotAWrongNumber(t *testing.T) {
	largest := decimal("79228162514264337593543950335")
	for _, reckon := range []func() (Decimal, error){
		func() (Decimal, error) { return largest.Add(decimal("1")) },
		func() (Decimal, error) { return largest.Sub(decimal("-1")) },
		func() (Decimal, error) { return largest.MulInt(1 << 32) },
		func() (Decimal, error) { return largest.Mul(largest) },
		func() (Decimal, error) { return largest.Add(decimal("0.1")) },
	} {
		if got, err := reckon(); codeOf(t, err) != "out-of-range" {
			t.Errorf("%s", got)
		}
	}
	if largest.Cmp(decimal("0.0000000000000000000000000001")) != 1 || largest.Neg().Cmp(largest) != -1 {
		t.Error("the largest is not more")
	}
}

func TestPlausibilityIncludesTheBounds(t *testing.T) {
	for text, code := range map[string]string{"0": "", "100": "", "100.00": "", "100.01": "out-of-range", "-0.01": "out-of-range"} {
		if _, err := DecimalBetween(0, 100)(decimal(text)); codeOf(t, err) != code {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Sums, differences, products and comparisons against math/big.
func TestArithmeticAgreesWithALibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rational := func(d Decimal) *big.Rat {
		value, _ := new(big.Rat).SetString(d.String())
		return value
	}
	for range 20_000 {
		a := NewDecimal(random.Int64()>>random.IntN(63)-random.Int64N(1000), random.IntN(12))
		b := NewDecimal(random.Int64N(2_000_000)-1_000_000, random.IntN(6))
		if a.Cmp(b) != rational(a).Cmp(rational(b)) {
			t.Fatalf("%s against %s: %d", a, b, a.Cmp(b))
		}
		if sum, err := a.Add(b); err == nil && rational(sum).Cmp(new(big.Rat).Add(rational(a), rational(b))) != 0 {
			t.Fatalf("%s + %s = %s", a, b, sum)
		}
		if rest, err := a.Sub(b); err == nil && rational(rest).Cmp(new(big.Rat).Sub(rational(a), rational(b))) != 0 {
			t.Fatalf("%s - %s = %s", a, b, rest)
		}
		if product, err := a.Mul(b); err != nil || rational(product).Cmp(new(big.Rat).Mul(rational(a), rational(b))) != 0 {
			t.Fatalf("%s * %s = %s, %v", a, b, product, err)
		}
		if got := decimal(a.String()); got != a {
			t.Fatalf("%s is read as %s", a, got)
		}
		library, _ := new(big.Rat).SetString(rational(a).FloatString(2))
		if rounded := a.Rounded(2); rational(rounded).Cmp(library) != 0 {
			t.Fatalf("%s is rounded to %s", a, rounded)
		}
	}
}

func FuzzNoTextMakesADecimalPanic(f *testing.F) {
	f.Add("1.234,5")
	f.Add("-")
	f.Fuzz(func(t *testing.T, text string) {
		for _, notation := range []Notation{Plain, Point, Comma} {
			if number, err := notation.Parse(text); err == nil && strings.ContainsAny(number.String(), "eE") {
				t.Error(number)
			}
		}
	})
}
