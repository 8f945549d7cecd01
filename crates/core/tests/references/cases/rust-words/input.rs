//! All emails.
fn count(emails: &[Email]) -> usize { emails.len() }
