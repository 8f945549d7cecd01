//! What `migration create` says, for people.
