//! Vue, Svelte and Astro: the scripts in a file, with the markup blanked. Expressions in the markup are words.

use super::finder::Finder;
use super::script;

pub(super) fn find(finder: &mut Finder<'_>) -> Result<(), String> {
    let mut problem = None;
    for script in scripts(finder.text) {
        if let Err(error) = script::find_in("script.ts", &script, finder) {
            problem.get_or_insert(error);
        }
    }
    problem.map_or(Ok(()), Err)
}

/// Each script with all around it blanked, so that places stay.
pub(super) fn scripts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Astro's front matter.
    if let Some(rest) = text.strip_prefix("---")
        && let Some(length) = rest.find("\n---")
    {
        found.push(only(text, 3, 3 + length));
    }
    let mut at = 0;
    while let Some(open) = text[at..].find("<script") {
        let tag = at + open;
        let Some(close) = text[tag..].find('>') else { break };
        let start = tag + close + 1;
        let Some(length) = text[start..].find("</script") else { break };
        found.push(only(text, start, start + length));
        at = start + length;
    }
    found
}

fn only(text: &str, start: usize, end: usize) -> String {
    let mut bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    bytes[start..end].copy_from_slice(&text.as_bytes()[start..end]);
    String::from_utf8(bytes).unwrap_or_default()
}
