//! What `migration audit` says, for people.
