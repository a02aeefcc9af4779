//go:build !wasip1

package plugintest

import (
	"testing"
	"time"
)

func TestLocalTimeIsThatOfTheSandbox(t *testing.T) {
	noon, err := time.ParseInLocation(time.DateTime, "2026-07-01 12:00:00", time.Local)
	if err != nil || noon.Location() != time.UTC {
		t.Error(noon, err)
	}
}
