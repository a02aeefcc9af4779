/// The commands that look at the message itself and at the host's services.
#include "commands.hpp"

using namespace gantry;

Outcome see(const Command &command) {
    const auto &message = command.message;
    Writer out;
    {
        auto seen = out.object();
        seen.put("id", message.id());
        seen.put("key", message.key());
        seen.put("content_type", message.content_type());
        {
            auto headers = seen.array("headers");
            for (auto [name, value] : message.headers()) {
                auto pair = headers.array();
                pair.put(name);
                pair.put(value);
            }
        }
        seen.put("event_time_ms", message.event_time_ms());
        seen.put("attempt", message.attempt());
        seen.put("kind", message.is_bytes() ? "bytes" : "text");
        seen.put("settings", command.settings.json);
    }
    return out.document();
}

static gantry_level level_of(std::string_view name) {
    if (name == "debug") return GANTRY_DEBUG;
    if (name == "info") return GANTRY_INFO;
    return name == "warn" ? GANTRY_WARN : GANTRY_ERROR;
}

Outcome write_line(const Command &command) {
    Vector<Pair> fields;
    for (auto [name, value] : command.input["fields"].members()) fields.push_back({name, value.string().value_or({})});
    log::write(level_of(command.text("level")), command.text("text"), fields);
    Writer out;
    {
        auto answer = out.object();
        answer.put("logged", command.text("level"));
    }
    return out.document();
}

/// The rows of the keys of a command, or what to answer.
static Result<Rows, Outcome> found(const Command &command) {
    Vector<std::string_view> keys;
    for (auto key : command.input["keys"].elements()) keys.push_back(key.string().value_or({}));
    return lookup(command.text("table"), keys);
}

Outcome look_up(const Command &command) {
    auto rows = found(command);
    if (!rows) return rows.error();
    Writer out;
    {
        auto answer = out.object();
        auto array = answer.array("rows");
        for (std::size_t at = 0; at < rows->size(); at++) array.put(rows->row(at));
    }
    return out.document();
}

Outcome known(const Command &command) {
    auto rows = found(command);
    if (!rows) return rows.error();
    Checker check;
    auto at = static_cast<std::size_t>(command.input["at"].u64().value_or(0));
    auto row = check.field("keys", rows->known(at, "unknown-country"));
    if (!check.is_clean()) return check.refuse();
    Writer out;
    {
        auto answer = out.object();
        answer.put("row", row);
    }
    return out.document();
}
