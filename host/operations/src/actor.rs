//! Who acts: a name that somebody vouches for, the way in, and what that name may do.
//!
//! Whoever lets a request in makes the actor: the admin server from the token, the command line from the local user. Names
//! that a request states of itself are kept as `on_behalf_of`: nobody vouches for them.

use crate::permission::Permission;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose token or account it is.
    pub name: String,
    /// For whom, in the actor's own words; none where it named nobody else.
    pub on_behalf_of: Option<String>,
    /// The way in.
    pub via: Via,
    /// What the name may do.
    pub roles: Vec<Role>,
}

/// The way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The admin API of a running host.
    AdminApi,
    /// The command line, with no host running.
    CommandLine,
    /// A signal to the process.
    Signal,
    /// A file that was saved, where the host was told to watch.
    FileWatch,
}

/// What an actor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Administrator,
}

impl Via {
    /// As the audit spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AdminApi => "admin-api",
            Self::CommandLine => "command-line",
            Self::Signal => "signal",
            Self::FileWatch => "file-watch",
        }
    }
}

impl Role {
    const fn permits(self, _: Permission) -> bool {
        match self {
            Self::Administrator => true,
        }
    }
}

impl Actor {
    /// Whoever holds the admin token.
    #[must_use]
    pub fn admin() -> Self {
        Self::administrator("admin", Via::AdminApi)
    }

    /// The user who runs a command on a stopped host: who may open the store may do everything.
    #[must_use]
    pub fn local_user(name: &str) -> Self {
        Self::administrator(name, Via::CommandLine)
    }

    /// Whoever may send this process a signal.
    #[must_use]
    pub fn signal() -> Self {
        Self::administrator("local user", Via::Signal)
    }

    /// Whoever may write the files that the host watches.
    #[must_use]
    pub fn file_watch() -> Self {
        Self::administrator("local user", Via::FileWatch)
    }

    fn administrator(name: &str, via: Via) -> Self {
        Self { name: name.to_owned(), on_behalf_of: None, via, roles: vec![Role::Administrator] }
    }

    /// The same, for somebody that it names. An empty name names nobody.
    #[must_use]
    pub fn on_behalf_of(self, name: &str) -> Self {
        let name = name.trim();
        let other = (!name.is_empty() && name != self.name).then(|| name.to_owned());
        Self { on_behalf_of: other, ..self }
    }

    /// Whether one of its roles permits this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.permits(permission))
    }

    /// The name that is kept with what it did: the one it acts for, if it named one.
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
