//! What a column's name says about a secret in it.

/// What is in the column, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// Only ever compared: a hash would do.
    Password,
    /// Used to get in somewhere else, again and again.
    Key,
    /// Opens one thing once: an invitation, a confirmation.
    Token,
}

/// `words` of the column's name and of its table's, in lower case. None where nothing secret is named, or where the name
/// says that the secret is hidden or is none.
pub(super) fn secret_in(words: &[String], table_words: &[String]) -> Option<Secret> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.iter().any(|word| HARMLESS.contains(word)) {
        return None;
    }
    let end = words.iter().rposition(|word| !is_filler(word))?;
    let (last, before) = words.get(..=end)?.split_last()?;
    let before = before.last().copied().unwrap_or_default();
    match *last {
        "password" | "passwords" | "passwd" | "pwd" | "passphrase" | "passcode" => Some(Secret::Password),
        "secret" | "secrets" | "apikey" | "apikeys" | "credentials" | "cvv" | "cvc" => Some(Secret::Key),
        "key" | "keys" => key(&words, before),
        "code" | "codes" => matches!(before, "recovery" | "backup").then_some(Secret::Key),
        "token" if STRONG_TOKENS.contains(&before) => Some(Secret::Key),
        "tokens" => STRONG_TOKENS.contains(&before).then_some(Secret::Key),
        "token" => {
            let of = |kinds: &[&str]| table_words.iter().any(|word| kinds.contains(&word.as_str()));
            // Who proves that a domain is theirs publishes the token in DNS.
            let published = before == "verification" && of(&["domain", "domains"]);
            (!published && !of(&DEVICES) && !HARMLESS_TOKENS.contains(&before)).then_some(Secret::Token)
        }
        _ => None,
    }
}

fn key(words: &[&str], before: &str) -> Option<Secret> {
    let secret_before = ["api", "secret", "private", "signing", "encryption", "service", "master", "privatekey"];
    let secret = secret_before.contains(&before)
        || words.ends_with(&["service", "role", "key"])
        || words.ends_with(&["secret", "access", "key"]);
    secret.then_some(Secret::Key)
}

/// True for a word behind the name proper that changes nothing: `api_key_value`.
fn is_filler(word: &str) -> bool {
    matches!(word, "value" | "plain" | "plaintext" | "raw" | "text")
        || word.chars().all(|character| character.is_ascii_digit())
}

/// Words that say that the secret is hidden, is another's, or is not the value itself.
const HARMLESS: [&str; 38] = [
    "argon2",
    "arn",
    "bcrypt",
    "cipher",
    "ciphertext",
    "digest",
    "display",
    "dummy",
    "enc",
    "encrypted",
    "env",
    "example",
    "fingerprint",
    "forgot",
    "has",
    "hash",
    "hashed",
    "hint",
    "is",
    "kms",
    "last4",
    "masked",
    "md5",
    "obfuscated",
    "pattern",
    "placeholder",
    "preview",
    "public",
    "publishable",
    "redacted",
    "ref",
    "requires",
    "scrypt",
    "sealed",
    "sha1",
    "sha256",
    "sha512",
    "vault",
];

/// What is before `token` where the token opens an account again and again.
const STRONG_TOKENS: [&str; 14] = [
    "access", "admin", "api", "auth", "bearer", "bot", "id", "jwt", "oauth", "personal", "refresh", "reset", "service",
    "session",
];

/// What is before `token` where it is an address of a device, a place in a list, or a word of a language.
const HARMLESS_TOKENS: [&str; 30] = [
    "apns",
    "base",
    "bos",
    "completion",
    "continuation",
    "csrf",
    "cursor",
    "delta",
    "device",
    "end",
    "eos",
    "expo",
    "fcm",
    "gas",
    "input",
    "native",
    "next",
    "output",
    "pad",
    "page",
    "previous",
    "prompt",
    "push",
    "quote",
    "reward",
    "special",
    "start",
    "stop",
    "sync",
    "xsrf",
];

const DEVICES: [&str; 6] = ["apns", "device", "devices", "expo", "fcm", "push"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::naming::words::words;

    fn judge(name: &str) -> Option<Secret> {
        secret_in(&words(name), &[])
    }

    #[test]
    fn secrets_are_told_by_the_end_of_the_name() {
        for (name, secret) in [
            ("password", Secret::Password),
            ("user_password", Secret::Password),
            ("api_key", Secret::Key),
            ("apiKey", Secret::Key),
            ("openai_api_key", Secret::Key),
            ("openai_api_key_value", Secret::Key),
            ("private_key", Secret::Key),
            ("client_secret", Secret::Key),
            ("webhook_secret", Secret::Key),
            ("aws_secret_access_key", Secret::Key),
            ("access_token", Secret::Key),
            ("refreshToken", Secret::Key),
            ("recovery_codes", Secret::Key),
            ("supabase_service_role_key", Secret::Key),
            ("token", Secret::Token),
            ("invite_token", Secret::Token),
        ] {
            assert_eq!(judge(name), Some(secret), "{name}");
        }
    }

    #[test]
    fn what_only_speaks_of_secrets_is_none() {
        for name in [
            "password_hash",
            "hashed_password",
            "encrypted_password",
            "api_key_encrypted",
            "api_key_hash",
            "api_key_id",
            "api_key_pattern",
            "api_key_count",
            "password_changed_at",
            "tokens",
            "tokens_used",
            "max_tokens",
            "token_count",
            "token_type",
            "total_tokens",
            "public_key",
            "primary_key",
            "storage_key",
            "key",
            "secret_name",
            "vault_secret",
            "next_page_token",
            "push_token",
            "csrf_token",
            "zip_code",
            "secretary",
            "masked_api_key",
            "api_key_env",
            "display_secret_key",
            "idempotency_key",
            "foreign_key",
            "translation_key",
            "code",
            "last_token_at",
            "stop_tokens",
            "access_key_id",
        ] {
            assert_eq!(judge(name), None, "{name}");
        }
        assert_eq!(secret_in(&words("token"), &words("push_devices")), None);
        assert_eq!(secret_in(&words("verification_token"), &words("verified_domains")), None);
        assert_eq!(secret_in(&words("verification_token"), &words("accounts")), Some(Secret::Token));
    }
}
