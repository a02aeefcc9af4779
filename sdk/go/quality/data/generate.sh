#!/bin/sh
# Makes the tables beside this script again, from the same data that the Rust SDK uses:
#
#   sh generate.sh ISO_CURRENCY PHONELIB
#
# countries.txt   a copy of sdk/rust/src/quality/country/names.txt
# currencies.txt  code and decimals, from isodata.tsv of the crate iso_currency (its folder is the first argument)
# phones.txt      country, calling code, trunk prefix, lengths of national numbers, from src/constants.rs of the crate
#                 phonelib (its folder is the second argument)
#
# Both crates lie in cargo's registry once the Rust SDK was built.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)

cp "$here/../../../rust/src/quality/country/names.txt" "$here/countries.txt"

# Precious metals and the like have no decimals of their own; money is written with two unless said otherwise.
awk -F '\t' 'NR > 1 { printf "%s %s\n", $1, $7 == "" ? 2 : $7 }' "$1/isodata.tsv" | sort > "$here/currencies.txt"

# A territory of calling code 1 has its area code as part of its prefix there. Here the area code is part of the number.
awk '
  /^pub const COUNTRIES/ { part = "countries" }
  /const NATIONAL_PREFIX:/ { part = "trunks" }
  /^\];/ { part = "" }
  part == "countries" && /code: "/ { split($0, quoted, "\""); code = quoted[2] }
  part == "countries" && /phone_lengths:/ {
    lengths = $0
    gsub(/[^0-9,]|,$/, "", lengths)
  }
  part == "countries" && /prefix: / {
    prefix = $0
    gsub(/[^0-9]/, "", prefix)
    if (prefix ~ /^1.../) { prefix = 1; lengths = 10 }
    if (code != "001") plan[code] = prefix " " lengths
  }
  part == "trunks" && /\("/ { split($0, quoted, "\""); trunk[quoted[2]] = quoted[4] }
  END {
    for (code in plan) {
      split(plan[code], parts, " ")
      prefix = parts[1] == 1 ? "1" : (code in trunk ? trunk[code] : "-")
      print code, parts[1], prefix, parts[2]
    }
  }
' "$2/src/constants.rs" | sort > "$here/phones.txt"
