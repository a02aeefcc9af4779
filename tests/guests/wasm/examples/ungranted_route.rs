//! Emits a good output and one for a target the flow doesn't have on a message that holds `stray`; echoes the others.

use gantry_guest::{Behaviour, Message, Outcome, Output, Payload, echo, holds, output};

struct UngrantedRoute;

impl Behaviour for UngrantedRoute {
    fn one(message: Message) -> Outcome {
        if !holds(&message, "stray") {
            return echo(message);
        }
        let good = output("text/plain", Payload::Text("good".to_owned()));
        let stray = Output {
            route: Some("somewhere-else".to_owned()),
            ..output("text/plain", Payload::Text("stray".to_owned()))
        };
        Outcome::Emit(vec![good, stray])
    }
}

gantry_guest::guest!(UngrantedRoute);
