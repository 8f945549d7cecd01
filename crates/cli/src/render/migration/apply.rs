//! What `migration apply` says, for people.
