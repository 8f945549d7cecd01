//! What a psql meta command in a migration does: most do nothing to a schema, `\i` includes, some must not run.

/// What to do about one.
#[derive(Debug, PartialEq, Eq)]
pub enum MetaEffect {
    Nothing,
    /// `relative`: from the including file (`\ir`), else from where psql runs.
    Include {
        path: String,
        relative: bool,
    },
    Refused(String),
}

pub fn effect(name: &str, arguments: &str) -> MetaEffect {
    let path = || arguments.trim_matches(['\'', '"']).to_owned();
    match name {
        "i" | "include" => MetaEffect::Include { path: path(), relative: false },
        "ir" | "include_relative" => MetaEffect::Include { path: path(), relative: true },
        "!" => MetaEffect::Refused("refused: it would run a program on this machine".to_owned()),
        "copy" | "lo_import" | "lo_export" | "o" | "out" | "w" | "write" | "g" if !arguments.is_empty() => {
            MetaEffect::Refused("refused: it reads or writes a file of this machine".to_owned())
        }
        "c" | "connect" => MetaEffect::Refused("refused: it would go to another database".to_owned()),
        "gexec" | "gset" | "if" | "elif" | "else" | "endif" | "bind" | "crosstabview" => {
            MetaEffect::Refused("only psql can run it; write the statements out".to_owned())
        }
        _ => MetaEffect::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_outside_is_refused() {
        for (name, arguments) in
            [("!", "rm -rf /"), ("copy", "t FROM 'x'"), ("c", "other"), ("o", "file"), ("gexec", "")]
        {
            assert!(matches!(effect(name, arguments), MetaEffect::Refused(_)), "\\{name}");
        }
        assert_eq!(effect("timing", "on"), MetaEffect::Nothing);
        assert_eq!(effect("ir", "'a b.sql'"), MetaEffect::Include { path: "a b.sql".into(), relative: true });
    }
}
