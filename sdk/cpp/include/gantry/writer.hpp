/// Writing JSON: compact, members in the order they are put, other alphabets as they are.
///
/// Objects and arrays close when they go out of scope:
///
/// ```cpp
/// Writer out;
/// {
///     auto order = out.object();
///     order.put("number", number);
///     auto lines = order.array("lines");
///     for (const auto &line : made) {
///         auto object = lines.object();
///         object.put("amount", line.amount);
///     }
/// }
/// return Output::json(out.document());
/// ```
#pragma once

#include <gantry/date.hpp>
#include <gantry/instant.hpp>
#include <gantry/json.hpp>
#include <gantry/outcome.hpp>
#include <gantry/writer.h>

namespace gantry {

/// A decimal that is written as a JSON number.
struct JsonNumber {
    Decimal value;
};

/// The decimal as a JSON number with all its digits, `0.10` and not `"0.10"`: for targets that take no texts.
inline JsonNumber as_json_number(Decimal value) { return {value}; }

/// How values are written. The name is NULL within arrays and at the top.
class Put {
  public:
    explicit Put(gantry_writer &out) : out{out} {}

  protected:
    void put(const char *name, std::string_view text) { gantry_put_text(&out, name, raw(text)); }
    void put(const char *name, const char *text) { put(name, std::string_view{text}); }
    void put(const char *name, Decimal decimal) { gantry_put_decimal(&out, name, decimal.raw()); }
    void put(const char *name, JsonNumber number) { gantry_put_decimal_as_json_number(&out, name, number.value.raw()); }
    void put(const char *name, Date date) { gantry_put_date(&out, name, date.raw()); }
    void put(const char *name, Instant instant) { put(name, instant.text()); }
    void put(const char *name, Json json) { gantry_put_json(&out, name, json.raw()); }
    void put(const char *name, std::nullptr_t) { gantry_put_null(&out, name); }

    template <std::integral Number> void put(const char *name, Number number) {
        if constexpr (std::same_as<Number, bool>) {
            gantry_put_boolean(&out, name, number);
        } else if constexpr (std::unsigned_integral<Number>) {
            gantry_put_u64(&out, name, number);
        } else {
            gantry_put_i64(&out, name, number);
        }
    }

    /// None becomes null.
    template <class T> void put(const char *name, const std::optional<T> &value) {
        if (value) {
            put(name, *value);
        } else {
            gantry_put_null(&out, name);
        }
    }

    gantry_writer &out;
};

class Array;

/// An object under way.
class [[nodiscard]] Object : Put {
  public:
    explicit Object(gantry_writer &out, const char *name) : Put{out} { gantry_put_object(&out, name); }
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;
    ~Object() { gantry_end_object(&out); }

    template <class T> void put(const char *name, const T &value) { Put::put(name, value); }

    Object object(const char *name) { return Object{out, name}; }
    Array array(const char *name);
};

/// An array under way.
class [[nodiscard]] Array : Put {
  public:
    explicit Array(gantry_writer &out, const char *name) : Put{out} { gantry_put_array(&out, name); }
    Array(const Array &) = delete;
    Array &operator=(const Array &) = delete;
    ~Array() { gantry_end_array(&out); }

    template <class T> void put(const T &value) { Put::put(nullptr, value); }

    Object object() { return Object{out, nullptr}; }
    Array array() { return Array{out, nullptr}; }
};

inline Array Object::array(const char *name) { return Array{out, name}; }

/// A JSON text under way, in the arena.
class Writer : Put {
  public:
    Writer() : Put{buffer}, buffer{gantry_writer_new()} {}
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    Object object() { return Object{buffer, nullptr}; }
    Array array() { return Array{buffer, nullptr}; }
    template <class T> void put(const T &value) { Put::put(nullptr, value); }

    /// The text, once every object and array is closed.
    Document document() { return {view(gantry_written(&buffer))}; }

  private:
    gantry_writer buffer;
};

} // namespace gantry
