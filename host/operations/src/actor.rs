//! Who acts: an authenticated name, the interface it came through, and its roles.
//!
//! The interface that accepts a request creates the actor: the admin server from the token, the command line from the
//! local user. A name that the request itself states is not authenticated; it is recorded as `on_behalf_of`.

use gantry_core::coded_enum;

use crate::permission::Permission;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The owner of the token or account.
    pub name: String,
    /// For whom, as stated by the actor; none if it named nobody else.
    pub on_behalf_of: Option<String>,
    /// The interface.
    pub via: Via,
    /// What it may do.
    pub roles: Vec<Role>,
}

coded_enum! {
    /// The interface. Its name is the one in the audit log.
    pub enum Via {
        /// The admin API of a running host.
        AdminApi => "admin-api",
        /// The command line, with no host running.
        CommandLine => "command-line",
        /// A signal to the process.
        Signal => "signal",
        /// A watched file that was saved.
        FileWatch => "file-watch",
        /// The host itself: at a time that somebody set, or as an acknowledgement ends with its last dead letter.
        Schedule => "schedule",
    }
}

/// What an actor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Administrator,
}

impl Role {
    const fn permits(self, _: Permission) -> bool {
        match self {
            Self::Administrator => true,
        }
    }
}

impl Actor {
    /// The holder of the admin token.
    #[must_use]
    pub fn admin() -> Self {
        Self::administrator("admin", Via::AdminApi)
    }

    /// The user who runs a command on a stopped host. A user who can open the store may do everything.
    #[must_use]
    pub fn local_user(name: &str) -> Self {
        Self::administrator(name, Via::CommandLine)
    }

    /// A user who can send signals to this process.
    #[must_use]
    pub fn signal() -> Self {
        Self::administrator("local user", Via::Signal)
    }

    /// A user who can write the watched files.
    #[must_use]
    pub fn file_watch() -> Self {
        Self::administrator("local user", Via::FileWatch)
    }

    /// The host itself, when the time of something has come that somebody asked for.
    #[must_use]
    pub fn schedule() -> Self {
        Self::administrator("gantry", Via::Schedule)
    }

    fn administrator(name: &str, via: Via) -> Self {
        Self { name: name.to_owned(), on_behalf_of: None, via, roles: vec![Role::Administrator] }
    }

    /// The same actor, acting for the named person. An empty name is ignored.
    #[must_use]
    pub fn on_behalf_of(self, name: &str) -> Self {
        let name = name.trim();
        let other = (!name.is_empty() && name != self.name).then(|| name.to_owned());
        Self { on_behalf_of: other, ..self }
    }

    /// Whether one of its roles has this permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.permits(permission))
    }

    /// The name to record: the person it acts for, or its own name.
    #[must_use]
    pub fn by(&self) -> &str {
        self.on_behalf_of.as_deref().unwrap_or(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_request_states_is_kept_beside_the_actors_own() {
        let actor = Actor::admin().on_behalf_of(" olga ");
        assert_eq!((actor.name.as_str(), actor.by()), ("admin", "olga"));
        for nobody in ["", "  ", "admin"] {
            assert_eq!(Actor::admin().on_behalf_of(nobody), Actor::admin());
        }
    }

    #[test]
    fn without_a_role_nothing_is_permitted() {
        let nobody = Actor { roles: Vec::new(), ..Actor::admin() };
        assert!(Permission::ALL.iter().all(|permission| Actor::admin().may(*permission)));
        assert!(!Permission::ALL.iter().any(|permission| nobody.may(*permission)));
    }
}
