//! What `migration renumber` says, for people.
