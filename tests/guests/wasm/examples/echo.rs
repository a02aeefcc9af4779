//! Sends each message on as it came: payload, content type and headers; to the target that header `x-route` names.

struct Echo;

impl gantry_guest::Behaviour for Echo {}

gantry_guest::guest!(Echo);
