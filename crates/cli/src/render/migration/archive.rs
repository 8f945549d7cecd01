//! What `migration archive` says, for people.
