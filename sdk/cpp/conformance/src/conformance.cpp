/// The C++ SDK's reference plugin: each message says what to do with it. What it must do is in
/// `tests/conformance/README.md`; `gantry plugin test --conformance` holds it to that.
#include "commands.hpp"

using namespace gantry;

Settings Settings::read(Json json, Checker &check) {
    bool is_refused = json["refuse"].boolean().value_or(false);
    check.rule("refuse", !is_refused, "refused", "these settings ask to be refused");
    return {json};
}

namespace {

Outcome echo(const Command &command) {
    Writer out;
    out.put(command.input["value"]);
    return out.document();
}

Outcome key(const Command &command) {
    Vector<std::string_view> parts;
    for (auto part : command.input["parts"].elements()) parts.push_back(part.string().value_or({}));
    auto key = idempotency_key(parts);
    Writer out;
    {
        auto answer = out.object();
        answer.put("key", key);
    }
    return Output::json(out.document()).idempotency_key(key);
}

Outcome with_details(Outcome outcome, const Command &command) {
    for (auto [name, value] : command.input["details"].members()) {
        outcome = outcome.detail(name, value.string().value_or({}));
    }
    return outcome;
}

Outcome skip(const Command &command) {
    return with_details(Outcome::skip(command.text("code"), command.text("text")), command);
}

Outcome reject(const Command &command) {
    return with_details(Outcome::reject(command.text("code"), command.text("text")), command);
}

Outcome retry(const Command &command) {
    auto again = Outcome::retry(command.text("code"), command.text("text"));
    if (auto wait = command.input["after_ms"].u64()) again = again.after(std::chrono::milliseconds{*wait});
    return with_details(again, command);
}

Outcome invalid(const Command &command) {
    Vector<Violation> violations;
    for (auto rule : command.input["violations"].elements()) {
        auto text = [rule](const char *name) { return rule[name].string().value_or({}); };
        violations.push_back({text("path"), text("code"), text("text")});
    }
    return Outcome::invalid(violations);
}

Outcome number(const Command &command) {
    Checker check;
    auto value = check.field("value", command.input["value"].decimal());
    if (!check.is_clean()) return check.refuse();
    Writer out;
    {
        auto answer = out.object();
        answer.put("number", as_json_number(value));
    }
    return out.document();
}

Outcome time_of_batch(const Command &) {
    Writer out;
    {
        auto answer = out.object();
        answer.put("now_ms", now().count());
    }
    return out.document();
}

/// A bug, on purpose.
[[gnu::noinline]] Outcome deliberate(const Command &command) { panic(command.text("text")); }

struct {
    std::string_view name;
    Outcome (*run)(const Command &command);
} constexpr commands[] = {
    {"echo", echo},     {"emit", emit},       {"key", key},         {"skip", skip},       {"reject", reject},
    {"retry", retry},   {"invalid", invalid}, {"check", check},     {"see", see},         {"log", write_line},
    {"known", known}, {"lookup", look_up}, {"now", time_of_batch}, {"number", number}, {"quality", answers}, {"throw", deliberate},
};

Outcome map(const Message &message, const Settings &settings) {
    auto media_type = message.content_type();
    if (media_type.substr(0, media_type.find(';')) != "application/json") return message.unchanged();
    auto input = message.object();
    if (!input) return input.error();
    Command command{message, *input, settings};
    auto name = command.text("do");
    for (const auto &known : commands) {
        if (known.name == name) return known.run(command);
    }
    return Outcome::reject("unknown-command", join("no command is called `", name, "`"));
}

} // namespace

GANTRY_PLUGIN(map);
