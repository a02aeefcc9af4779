/// Points in time, from date-times with an offset, from epochs, and from the local time of a zone. See
/// `gantry/instant.h`.
#pragma once

#include <compare>
#include <gantry/instant.h>
#include <gantry/result.hpp>

namespace gantry {

/// What a number since 1970 counts.
enum class Epoch {
    seconds = GANTRY_EPOCH_SECONDS,
    millis = GANTRY_EPOCH_MILLIS,
};

/// What to do with a local time that a clock shows twice, when it is put back, or never, when it is put forward.
enum class Disambiguation {
    reject = GANTRY_TIME_REJECT,         ///< It is an `ambiguous-time` or a `nonexistent-time`.
    compatible = GANTRY_TIME_COMPATIBLE, ///< The first of two; the same time after a gap as before it.
    earlier = GANTRY_TIME_EARLIER,       ///< The first of two; before a gap.
    later = GANTRY_TIME_LATER,           ///< The second of two; behind a gap.
};

class Instant {
  public:
    Instant() = default;
    explicit Instant(gantry_instant value) : value{value} {}

    /// The instant that a date-time with an offset stands for; `missing-offset`, `not-a-datetime`.
    static Checked<Instant> parse(std::string_view text) {
        gantry_instant read{};
        auto defect = gantry_instant_parse(gantry::raw(text), &read);
        return checked(defect, Instant{read});
    }

    /// The instant so many seconds or milliseconds after 1970 began; `not-a-datetime`.
    static Checked<Instant> since_1970(std::string_view text, Epoch epoch) {
        gantry_instant read{};
        auto defect = gantry_instant_epoch(gantry::raw(text), static_cast<gantry_epoch>(epoch), &read);
        return checked(defect, Instant{read});
    }

    /// The instant at which clocks in the zone, `Europe/Berlin` say, show this date and time; `not-a-datetime`,
    /// `unknown-zone`, `ambiguous-time`, `nonexistent-time`, `unknown-offset`.
    static Checked<Instant> local(std::string_view text, std::string_view zone,
                                  Disambiguation how = Disambiguation::reject) {
        gantry_instant read{};
        auto defect = gantry_instant_local(gantry::raw(text), gantry::raw(zone),
                                           static_cast<gantry_disambiguation>(how), &read);
        return checked(defect, Instant{read});
    }

    /// What clocks in the zone show, as RFC 3339; `unknown-zone`, `unknown-offset`, `not-a-datetime`.
    Checked<std::string_view> in_zone(std::string_view zone) const {
        gantry_text shown{};
        auto defect = gantry_instant_in_zone(value, gantry::raw(zone), &shown);
        return checked(defect, view(shown));
    }

    friend std::strong_ordering operator<=>(Instant a, Instant b) {
        return gantry_instant_compare(a.value, b.value) <=> 0;
    }
    friend bool operator==(Instant a, Instant b) { return gantry_instant_compare(a.value, b.value) == 0; }

    /// As RFC 3339 in UTC, in the arena.
    std::string_view text() const { return view(gantry_instant_text(value)); }

    gantry_instant raw() const { return value; }

  private:
    gantry_instant value{};
};

inline void append(Joined &to, Instant instant) { append(to, instant.text()); }

/// The disambiguation that a setting names: `reject`, `compatible`, `earlier`, `later`.
inline Checked<Disambiguation> disambiguation(std::string_view name) {
    gantry_disambiguation how{};
    if (gantry_disambiguation_of(raw(name), &how)) return static_cast<Disambiguation>(how);
    return Defect{"wrong-value", join("there is no disambiguation `", name, "`")};
}

} // namespace gantry
