/// The command `check`: the SDK's checker and decimals.
#include "commands.h"

gantry_outcome check(const struct command *command) {
    gantry_checker check = {0};
    gantry_decimal sum = {0};
    bool has_room = true;
    gantry_json items = gantry_array_at(&check, command->input, "items");
    gantry_enter(&check, "items");
    for (gantry_each each = gantry_each_of(items); gantry_next(&each);) {
        gantry_enter_element(&check, each.index);
        if (gantry_check(&check, NULL, gantry_as_object(each.value))) {
            gantry_text_at(&check, each.value, "name");
            if (gantry_is_given(gantry_member(each.value, "a/b~c"))) gantry_string_at(&check, each.value, "a/b~c");
            gantry_decimal amount = gantry_decimal_at(&check, each.value, "amount");
            has_room = has_room && gantry_decimal_add(sum, amount, &sum);
        }
        gantry_leave(&check);
    }
    gantry_leave(&check);
    if (!gantry_is_clean(&check)) return gantry_refuse(&check);
    if (!has_room) return gantry_reject("out-of-range", "the sum is beyond all numbers");
    gantry_writer out = gantry_writer_new();
    gantry_put_object(&out, NULL);
    gantry_put_u64(&out, "count", gantry_count(items));
    gantry_put_decimal(&out, "sum", sum);
    gantry_end_object(&out);
    return answer(&out);
}
