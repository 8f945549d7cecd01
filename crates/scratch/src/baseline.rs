//! What a platform has in its database before the project's first migration.

/// The platform whose objects exist from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Baseline {
    /// A server as initdb leaves it.
    #[default]
    Plain,
    /// Roles, schemas, functions and default privileges of a hosted Supabase project.
    Supabase,
}

impl Baseline {
    pub const ALL: [Self; 2] = [Self::Plain, Self::Supabase];

    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Supabase => "supabase",
        }
    }

    /// What makes a cluster of pgmason's own ready, in order.
    pub(crate) fn scripts(self) -> &'static [&'static str] {
        const FENCE: &str = include_str!("../assets/baseline/fence.sql");
        match self {
            Self::Plain => &[include_str!("../assets/baseline/plain.sql"), FENCE],
            Self::Supabase => &[include_str!("../assets/baseline/supabase_roles.sql"), Self::SUPABASE_SCHEMA, FENCE],
        }
    }

    /// What a database on somebody else's server gets: nothing that would change the server.
    pub(crate) fn schema_script(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Supabase => Some(Self::SUPABASE_SCHEMA),
        }
    }

    const SUPABASE_SCHEMA: &'static str = include_str!("../assets/baseline/supabase.sql");

    /// The superuser that initdb makes, named as the platform names it.
    pub(crate) fn superuser(self) -> &'static str {
        match self {
            Self::Plain => "pgmason",
            Self::Supabase => "supabase_admin",
        }
    }
}
