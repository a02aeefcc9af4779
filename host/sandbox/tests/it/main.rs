//! What the sandbox promises, each promise tried by a guest that would break it.
//!
//! One module per guest; `every_guest_has_a_module` below fails to compile when a guest has none.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod answers;
mod cache;
mod files;
mod grants;
mod harness;
mod hostile;
mod load;
mod made;
mod surroundings;
mod warm;

mod every_guest_has_a_module {
    #![expect(unused_imports, reason = "naming the modules is the point")]

    use crate::answers::*;
    use crate::files::*;
    use crate::grants::*;
    use crate::hostile::*;
    use crate::load::*;
    use crate::surroundings::*;
    use crate::warm::*;

    macro_rules! name {
        ($($guest:ident)*) => { $(use self::$guest as _;)* };
    }

    gantry_guests::foreach_guest!(name);
}
