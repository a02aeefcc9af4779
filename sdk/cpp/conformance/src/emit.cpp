/// The command `emit`: outputs with all they can hold.
#include "commands.hpp"

using namespace gantry;

namespace {

std::string_view bytes_of(Json numbers) {
    auto *bytes = gantry_array(char, numbers.size());
    std::size_t count = 0;
    for (auto number : numbers.elements()) bytes[count++] = static_cast<char>(number.u32().value_or(0));
    return {bytes, count};
}

Output payload_of(Json wanted) {
    if (!wanted["json"].is_missing()) {
        Writer out;
        out.put(wanted["json"]);
        return Output::json(out.document());
    }
    if (auto text = wanted["text"].string()) return Output::text("text/plain", *text);
    return Output::bytes("application/octet-stream", bytes_of(wanted["bytes"]));
}

Output output_of(Json wanted) {
    auto output = payload_of(wanted);
    if (auto type = wanted["content_type"].string()) output.content_type(*type);
    if (auto route = wanted["route"].string()) output.route(*route);
    if (auto key = wanted["key"].string()) output.key(*key);
    if (auto key = wanted["idempotency_key"].string()) output.idempotency_key(*key);
    for (auto [name, value] : wanted["headers"].members()) output.header(name, value.string().value_or({}));
    return output;
}

} // namespace

Outcome emit(const Command &command) {
    Vector<Output> outputs;
    for (auto wanted : command.input["outputs"].elements()) outputs.push_back(output_of(wanted));
    return Outcome::emit(outputs);
}
