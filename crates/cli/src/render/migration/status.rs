//! What `migration status` says, for people.
