//! Subscriptions: unmodelled, and in a query of their own because some servers let only superusers see them.

pub(super) use super::unmodelled::decode;
