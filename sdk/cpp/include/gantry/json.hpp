/// Reading JSON: a value is a view into the message's text. Looking deeper than there is finds a missing value.
#pragma once

#include <cstdint>
#include <gantry/decimal.hpp>
#include <gantry/field.h>
#include <gantry/json.h>
#include <gantry/result.hpp>

namespace gantry {

class Json;

/// A member of an object.
struct Member;

/// Walks over an array's elements or an object's members.
template <class Item> class Walk {
  public:
    explicit Walk(gantry_each each) : each{each} { ++*this; }

    Item operator*() const;
    Walk &operator++() {
        at_end = !gantry_next(&each);
        return *this;
    }
    bool operator!=(std::nullptr_t) const { return !at_end; }

  private:
    gantry_each each;
    bool at_end = false;
};

/// For `for (auto item : …)`.
template <class Item> struct Range {
    gantry_each each;

    Walk<Item> begin() const { return Walk<Item>{each}; }
    std::nullptr_t end() const { return nullptr; }
};

class Json {
  public:
    Json() = default;
    explicit Json(gantry_json value) : value{value} {}

    /// A whole JSON text, which must stay; `not-json`.
    static Checked<Json> read(std::string_view text) {
        gantry_json read{};
        auto defect = gantry_json_read(gantry::raw(text), &read);
        return checked(defect, Json{read});
    }

    gantry_kind kind() const { return gantry_kind_of(value); }
    bool is_missing() const { return kind() == GANTRY_MISSING; }
    bool is_null() const { return kind() == GANTRY_NULL; }

    /// Neither missing nor null.
    bool is_given() const { return gantry_is_given(value); }

    /// The member of this name, or the element at this index.
    Json operator[](const char *name) const { return Json{gantry_member(value, name)}; }
    template <std::integral Index> Json operator[](Index index) const {
        return Json{gantry_element(value, static_cast<std::size_t>(index))};
    }

    /// How many elements or members there are.
    std::size_t size() const { return gantry_count(value); }

    Range<Json> elements() const { return {gantry_each_of(value)}; }
    Range<Member> members() const { return {gantry_each_of(value)}; }

    /// A text without surrounding blanks; `missing-field`, `empty-field`, `wrong-type`.
    Checked<std::string_view> text() const { return as<std::string_view>(gantry_as_text); }

    /// The same, or none: a column that a CSV export left empty counts as none.
    Checked<std::optional<std::string_view>> text_or_none() const {
        gantry_text read{};
        auto defect = gantry_as_text_or_none(value, &read);
        return checked(defect, optional_view(read));
    }

    /// A text as it is, be it empty.
    Checked<std::string_view> string() const { return as<std::string_view>(gantry_as_string); }

    Checked<bool> boolean() const { return as<bool>(gantry_as_boolean); }
    Checked<std::uint32_t> u32() const { return as<std::uint32_t>(gantry_as_u32); }
    Checked<std::uint64_t> u64() const { return as<std::uint64_t>(gantry_as_u64); }
    Checked<std::int64_t> i64() const { return as<std::int64_t>(gantry_as_i64); }

    /// A JSON number by its digits, or a text in the machines' notation.
    Checked<Decimal> decimal() const { return as<Decimal>(gantry_as_decimal); }

    /// The value itself, if it is an object or an array; null is a `wrong-type`.
    Checked<Json> object() const { return checked(gantry_as_object(value), *this); }
    Checked<Json> array() const { return checked(gantry_as_array(value), *this); }

    /// What `read` makes of the value where one is given, or `otherwise`:
    /// `line["discount"].value_or(Decimal{}, &Json::decimal)`. Of a decimal, a blank text is none, as a CSV export
    /// leaves it.
    template <class T> Checked<T> value_or(T otherwise, Checked<T> (Json::*read)() const) const {
        bool is_none = !is_given() || (std::is_same_v<T, Decimal> && is_blank());
        return !is_none ? (this->*read)() : Checked<T>{otherwise};
    }

    /// As it is written: a number's digits, say.
    std::string_view written() const { return view(gantry_raw(value)); }

    gantry_json raw() const { return value; }

  private:
    bool is_blank() const { return kind() == GANTRY_TEXT && gantry_trim(gantry_string(value)).length == 0; }

    static std::string_view lifted(gantry_text text) { return view(text); }
    static Decimal lifted(gantry_decimal decimal) { return Decimal{decimal}; }
    template <class T> static T lifted(T number) { return number; }

    template <class T, class Raw> Checked<T> as(gantry_defect (*read)(gantry_json, Raw *)) const {
        Raw found{};
        auto defect = read(value, &found);
        return checked(defect, lifted(found));
    }

    gantry_json value{};
};

struct Member {
    std::string_view name;
    Json value;
};

template <> inline Json Walk<Json>::operator*() const { return Json{each.value}; }
template <> inline Member Walk<Member>::operator*() const { return {view(each.name), Json{each.value}}; }

} // namespace gantry
