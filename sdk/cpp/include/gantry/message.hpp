/// The message as the plugin sees it. All of it is gone once the batch is answered.
#pragma once

#include <gantry/json.hpp>
#include <gantry/message.h>
#include <gantry/outcome.hpp>

namespace gantry {

class Message {
  public:
    explicit Message(const gantry_message &value) : value{value} {}

    /// Stable across retries, replays and restarts.
    std::string_view id() const { return view(value.id); }

    /// Messages with the same key are handled in order.
    std::optional<std::string_view> key() const { return optional_view(value.key); }

    std::string_view content_type() const { return view(value.content_type); }

    /// Milliseconds since the Unix epoch, as the source states it, else the time of arrival.
    std::uint64_t event_time_ms() const { return value.event_time_ms; }

    /// 1 on the first run.
    std::uint32_t attempt() const { return value.attempt; }

    /// The payload is no text, or not said to be one.
    bool is_bytes() const { return value.is_bytes; }
    std::string_view payload() const { return view(value.payload); }

    /// The first header of this name, without regard to case.
    std::optional<std::string_view> header(const char *name) const {
        return optional_view(gantry_header(&value, name));
    }

    /// What the source sent along; names in lower case, and one may repeat.
    Vector<Pair> headers() const {
        Vector<Pair> all;
        for (std::size_t at = 0; at < value.headers.count; at++) {
            all.push_back({view(value.headers.items[at].name), view(value.headers.items[at].value)});
        }
        return all;
    }

    /// The payload as JSON, or what to answer where it isn't: `if (!order) return order.error();`
    Result<Json, Outcome> json() const { return read(gantry_read); }

    /// The same, and the JSON must be an object.
    Result<Json, Outcome> object() const { return read(gantry_read_object); }

    /// The message as it came: payload, content type and headers.
    Output unchanged() const { return Output{gantry_output_unchanged(&value)}; }

  private:
    Result<Json, Outcome> read(bool (*read)(const gantry_message *, gantry_json *, gantry_outcome *)) const {
        gantry_json json{};
        gantry_outcome refusal{};
        if (!read(&value, &json, &refusal)) return Outcome{refusal};
        return Json{json};
    }

    const gantry_message &value;
};

} // namespace gantry
