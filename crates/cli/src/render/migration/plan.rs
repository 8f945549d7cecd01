//! What `migration plan` says, for people.
