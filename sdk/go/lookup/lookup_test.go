//go:build !wasip1

package lookup

import (
	"encoding/json"
	"errors"
	"testing"

	"gantry/sdk"
)

type product struct {
	Name string `json:"name"`
}

func standInProducts(t *testing.T) {
	t.Helper()
	StandIn(map[string]map[string]json.RawMessage{
		"products": {"1": json.RawMessage(`{"name": "Chai"}`), "2": json.RawMessage(`[]`)},
	})
	t.Cleanup(func() { StandIn(nil) })
}

func TestRowsComeInTheOrderOfTheKeys(t *testing.T) {
	standInProducts(t)
	rows, err := Get[product]("products", "9", "1")
	if err != nil || rows.At(0) != nil || rows.At(1).Name != "Chai" {
		t.Error(rows, err)
	}
	var defect *sdk.Defect
	_, err = rows.Known(0, "unknown-product")
	if !errors.As(err, &defect) || defect.Code != "unknown-product" || defect.Text != "`9` is not in the table `products`" {
		t.Error(err)
	}
}

func TestAPositionWithoutAKeyIsAMistakeOfThePlugin(t *testing.T) {
	standInProducts(t)
	rows, _ := Get[product]("products", "9", "1")
	defer func() {
		if text := recover(); text != "there is no position 2 in a lookup of 2 keys in the table `products`" {
			t.Error(text)
		}
	}()
	rows.Known(2, "unknown-product")
	t.Error("no panic")
}

func TestNoKeysNeedNoCall(t *testing.T) {
	if _, err := Get[product]("prices"); err != nil {
		t.Error(err)
	}
}

func TestATableThatIsNotThereAndARowThatDoesNotFitReject(t *testing.T) {
	standInProducts(t)
	for _, c := range []struct{ table, key, code string }{{"prices", "1", "unknown-table"}, {"products", "2", "unfit-table-row"}} {
		_, err := Get[product](c.table, c.key)
		var failed *Error
		if !errors.As(err, &failed) || failed.Refusal().Kind() != "reject" || failed.Refusal().Code() != c.code {
			t.Error(err)
		}
	}
}

func TestATableThatCannotBeReadJustNowIsWorthARetry(t *testing.T) {
	if refused := (&Error{Code: "table-unavailable", Table: "t"}).Refusal(); refused.Kind() != "retry" {
		t.Error(refused)
	}
}
