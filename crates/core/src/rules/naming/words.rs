//! The words that a name is made of: `userProfiles`, `user_profiles` and `"User Profiles"` are the same two.

use heck::ToSnakeCase;

/// In lower case, in order.
pub(in crate::rules) fn words(name: &str) -> Vec<String> {
    snake_case(name).split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The name as snake_case writes it.
pub(in crate::rules) fn snake_case(name: &str) -> String {
    name.to_snake_case()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_gives_the_same_words() {
        for name in
            ["user_profiles", "userProfiles", "UserProfiles", "User Profiles", "_user__profiles", "USER_PROFILES"]
        {
            assert_eq!(words(name), ["user", "profiles"], "{name}");
        }
        assert_eq!(words("documents_2023"), ["documents", "2023"]);
        assert_eq!(words("apiKey"), ["api", "key"]);
        assert_eq!(words("userID"), ["user", "id"]);
        assert!(words("__").is_empty());
    }
}
