//! What `migration run-staged` says, for people.
