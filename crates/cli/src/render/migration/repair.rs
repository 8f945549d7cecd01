//! What `migration repair` says, for people.
