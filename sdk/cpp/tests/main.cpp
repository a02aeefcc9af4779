/// Runs every test; `make test` builds and starts it.
#include "test.hpp"

int main() {
    for (auto test : {test_json, test_quality, test_vectors, test_plugin}) {
        test();
        gantry_arena_reset();
    }
    std::printf("%d expectations, %d failed\n", expectations, failures);
    return failures > 0;
}
