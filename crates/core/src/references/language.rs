//! Which language a file is written in, from its name alone.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Sql,
    /// TypeScript and JavaScript.
    Script,
    /// Vue, Svelte and Astro: scripts inside of markup.
    Component,
    Prisma,
    Python,
    Rust,
    /// Anything else: only words are looked for.
    Text,
}

impl Language {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sql => "SQL",
            Self::Script => "TypeScript and JavaScript",
            Self::Component => "Vue, Svelte and Astro",
            Self::Prisma => "Prisma",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::Text => "text",
        }
    }
}

pub fn language_of(path: &str) -> Language {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("sql" | "psql" | "pgsql") => Language::Sql,
        Some("ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs") => Language::Script,
        Some("vue" | "svelte" | "astro") => Language::Component,
        Some("prisma") => Language::Prisma,
        Some("py" | "pyi") => Language::Python,
        Some("rs") => Language::Rust,
        _ => Language::Text,
    }
}
