//! What `migration test` says, for people.
