package quality

import "strings"

// find searches a text of sorted lines for the one whose first word is `key`, and answers the rest of that line. Binary
// search by bytes: it looks for the line around the middle, so that no index of lines is needed.
func find(table, key string) (rest string, found bool) {
	low, high := 0, len(table)
	for low < high {
		start, end := lineAround(table, low, high)
		word, rest, _ := strings.Cut(table[start:end], " ")
		switch order := strings.Compare(word, key); {
		case order == 0:
			return rest, true
		case order < 0:
			low = end + 1
		default:
			high = start
		}
	}
	return "", false
}

// lineAround is where the line in the middle of table[low:high] begins and ends; both bounds are beginnings of lines.
func lineAround(table string, low, high int) (start, end int) {
	middle := low + (high-low)/2
	start = low + strings.LastIndexByte(table[low:middle], '\n') + 1
	end = start + strings.IndexByte(table[start:], '\n')
	return start, end
}
