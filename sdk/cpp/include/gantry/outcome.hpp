/// What becomes of one message: sent on, or refused with a reason.
///
/// Codes are stable and countable, lower case words joined by hyphens: operators count and group by them. Texts that
/// are handed over are copied, so they may be temporary.
#pragma once

#include <chrono>
#include <gantry/idempotency.h>
#include <gantry/outcome.h>
#include <gantry/result.hpp>
#include <initializer_list>
#include <span>

namespace gantry {

/// A name and its value: a header, a detail of a fault, a field of a log line.
struct Pair {
    std::string_view name;
    std::string_view value;
};

/// One broken rule. `path` is a JSON Pointer (RFC 6901) into the input; empty for the whole of it.
struct Violation {
    std::string_view path;
    std::string_view code;
    std::string_view text;
};

/// An idempotency key of these parts, in the arena, by the rule of `gantry/idempotency.h`: say what kind of thing it is,
/// which one, and which change of it. `idempotency_key({"customer", id, changed_at})`
inline std::string_view idempotency_key(std::span<const std::string_view> parts) {
    Vector<gantry_text> texts;
    for (auto part : parts) texts.push_back(raw(part));
    return view(gantry_idempotency_key(texts.data(), texts.size()));
}
inline std::string_view idempotency_key(std::initializer_list<std::string_view> parts) {
    return idempotency_key(std::span{parts.begin(), parts.size()});
}

/// A JSON text that is finished and lies in the arena; `Writer` makes it.
struct Document {
    std::string_view text;
};

/// One message to send on.
class Output {
  public:
    /// Sent as `application/json`.
    static Output json(Document document) { return Output{gantry_output_json(gantry::raw(document.text))}; }

    /// A text of any other kind.
    static Output text(std::string_view content_type, std::string_view text) {
        return Output{gantry_output_text(c_string(content_type), keep(text))};
    }

    /// A payload that is no text.
    static Output bytes(std::string_view content_type, std::string_view bytes) {
        return Output{gantry_output_bytes(c_string(content_type), keep(bytes))};
    }

    explicit Output(gantry_output value) : value{value} {}

    /// Sends it to this target of the flow instead of the default one.
    Output &route(std::string_view target) { return set(value.route, target); }

    /// Outputs with the same key are delivered in order.
    Output &key(std::string_view key) { return set(value.key, key); }

    /// What the target recognises a repetition by: derive it from the business object and its version, never from chance;
    /// `gantry::idempotency_key` makes one of any texts.
    Output &idempotency_key(std::string_view key) { return set(value.idempotency_key, key); }

    Output &content_type(std::string_view type) { return set(value.content_type, type); }

    /// One more header for the target; the name is put in lower case.
    Output &header(std::string_view name, std::string_view text) {
        gantry_add_header(&value, gantry::raw(name), keep(text));
        return *this;
    }

    gantry_output raw() const { return value; }

  private:
    static gantry_text keep(std::string_view text) { return gantry::raw(kept(text)); }

    Output &set(gantry_text &member, std::string_view text) {
        member = keep(text);
        return *this;
    }

    gantry_output value;
};

/// What becomes of one message.
class Outcome {
  public:
    /// Sends one message on.
    Outcome(Output output) : value{gantry_emit(output.raw())} {}
    Outcome(Document document) : Outcome{Output::json(document)} {}
    explicit Outcome(gantry_outcome value) : value{value} {}

    /// Sends several on; none at all counts as a skip.
    static Outcome emit(std::span<const Output> outputs) {
        auto *all = gantry_array(gantry_output, outputs.size());
        for (std::size_t at = 0; at < outputs.size(); at++) all[at] = outputs[at].raw();
        return Outcome{gantry_emit_all(all, outputs.size())};
    }

    /// Leaves the message out, on purpose.
    static Outcome skip(std::string_view code, std::string_view text) { return fault(GANTRY_SKIP, code, text); }

    /// Asks for the same message again, when the flow's retry policy says so or `after` a while.
    static Outcome retry(std::string_view code, std::string_view text) { return fault(GANTRY_RETRY, code, text); }

    /// Gives the message up.
    static Outcome reject(std::string_view code, std::string_view text) { return fault(GANTRY_REJECT, code, text); }

    /// Rules that are broken. To collect them with their paths, see `Checker`.
    static Outcome invalid(std::span<const Violation> violations) {
        auto *all = gantry_array(gantry_violation, violations.size());
        for (std::size_t at = 0; at < violations.size(); at++) {
            const auto &violation = violations[at];
            all[at] = {keep(violation.path), keep(violation.code), keep(violation.text)};
        }
        gantry_outcome outcome{};
        outcome.kind = GANTRY_INVALID;
        outcome.violations = all;
        outcome.count = violations.size();
        return Outcome{outcome};
    }

    /// One broken rule.
    static Outcome invalid(std::string_view path, std::string_view code, std::string_view text) {
        const Violation violation{path, code, text};
        return invalid(std::span{&violation, 1});
    }

    /// How long a retry is to wait at least.
    Outcome after(std::chrono::milliseconds wait) const {
        return Outcome{gantry_after(value, static_cast<std::uint64_t>(wait.count()))};
    }

    /// One more detail of a skip, retry or reject.
    Outcome detail(std::string_view name, std::string_view text) const {
        return Outcome{gantry_with_detail(value, keep(name), keep(text))};
    }

    const gantry_outcome &raw() const { return value; }

  private:
    static gantry_text keep(std::string_view text) { return gantry::raw(kept(text)); }

    static Outcome fault(gantry_outcome_kind kind, std::string_view code, std::string_view text) {
        gantry_outcome outcome{};
        outcome.kind = kind;
        outcome.fault.code = keep(code);
        outcome.fault.text = keep(text);
        return Outcome{outcome};
    }

    gantry_outcome value;
};

} // namespace gantry
