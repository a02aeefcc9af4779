//! Opens a connection: imports `wasi:sockets`, which no grant covers.

use gantry_guest::{Behaviour, Message, Outcome, emit};

struct Network;

impl Behaviour for Network {
    fn one(_: Message) -> Outcome {
        emit(format!("{}", std::net::TcpStream::connect("127.0.0.1:80").is_ok()))
    }
}

gantry_guest::guest!(Network);
