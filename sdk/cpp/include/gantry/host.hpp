/// The host's services: reference tables, the clock, and lines for the operator. Lookup and clock need a grant; a
/// plugin that doesn't call them doesn't import them.
#pragma once

#include <chrono>
#include <gantry/clock.h>
#include <gantry/json.hpp>
#include <gantry/log.h>
#include <gantry/lookup.h>
#include <gantry/outcome.hpp>
#include <initializer_list>

namespace gantry {

/// The rows of one lookup, in the order of its keys.
class Rows {
  public:
    explicit Rows(gantry_rows value) : value{value} {}

    std::size_t size() const { return value.count; }

    /// The row that the key at this position found; a missing value where there is none.
    Json row(std::size_t position) const { return Json{gantry_row(&value, position)}; }

    /// Referential integrity: the row, or a defect with this code (`unknown-product`, say). A position without a key is a
    /// bug of the plugin: a `Checker` refuses its message as a fault, and not as bad data.
    Checked<Json> known(std::size_t position, const char *code) const {
        return checked(gantry_known(&value, position, code), row(position));
    }

    /// What to answer where a row isn't what the plugin takes rows of this table to be.
    Outcome unfit(std::size_t position, const Defect &defect) const {
        return Outcome{gantry_unfit_row(&value, position, {defect.code, raw(defect.text)})};
    }

  private:
    gantry_rows value;
};

/// Finds the rows of these keys, all of a message in one call, or says what to answer:
/// `auto products = lookup("products", skus); if (!products) return products.error();`
inline Result<Rows, Outcome> lookup(std::string_view table, std::span<const std::string_view> keys) {
    auto *all = gantry_array(gantry_text, keys.size());
    for (std::size_t at = 0; at < keys.size(); at++) all[at] = raw(kept(keys[at]));
    gantry_rows rows{};
    gantry_outcome refusal{};
    if (!gantry_lookup(c_string(table), all, keys.size(), &rows, &refusal)) return Outcome{refusal};
    return Rows{rows};
}

/// Time since the Unix epoch as it stood when the batch began, so that a past run can be repeated exactly.
inline std::chrono::milliseconds now() { return std::chrono::milliseconds{gantry_now_ms()}; }

/// Lines for the operator: static text, with what varies as fields. Don't log payloads.
namespace log {

inline void write(gantry_level level, std::string_view text, std::span<const Pair> fields) {
    auto *pairs = gantry_array(gantry_pair, fields.size());
    for (std::size_t at = 0; at < fields.size(); at++) pairs[at] = {raw(fields[at].name), raw(fields[at].value)};
    gantry_log_text(level, raw(text), {pairs, fields.size()});
}

inline void debug(std::string_view text, std::initializer_list<Pair> fields = {}) { write(GANTRY_DEBUG, text, fields); }
inline void info(std::string_view text, std::initializer_list<Pair> fields = {}) { write(GANTRY_INFO, text, fields); }
inline void warn(std::string_view text, std::initializer_list<Pair> fields = {}) { write(GANTRY_WARN, text, fields); }
inline void error(std::string_view text, std::initializer_list<Pair> fields = {}) { write(GANTRY_ERROR, text, fields); }

} // namespace log

} // namespace gantry
