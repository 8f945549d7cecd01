//! What `migration rollback` says, for people.
