//! What `migration adopt` says, for people.
