//! One case of the engine, as a file of `cases/` has it.
//!
//! The first lines are remarks that say what it shows. Then come sections, each under a remark with its name:
//! `both` (runs first on both sides), `from`, `to`, `rows` (put into `from`), `holds` (a query that is true after the
//! plan ran), and `expect` with the plan's SQL, or `refused: words` in its place. `options: …` and `needs: 15` (the
//! oldest major that knows the syntax) stand in lines of their own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, mem};

use pgmason_core::diff::DiffOptions;
use pgmason_jobs::diff::hazard_name;
use pgmason_model::difference::{ChangeStatement, DifferencePlan};

pub(crate) struct Case {
    pub(crate) path: PathBuf,
    pub(crate) both: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) rows: String,
    pub(crate) holds: String,
    pub(crate) needs: u32,
    pub(crate) wanted: Wanted,
    options: Vec<String>,
    /// Everything before the expectation.
    head: String,
}

pub(crate) enum Wanted {
    Plan(String),
    Refused(String),
}

impl Case {
    /// All of them, in order. `CASE=words` takes those whose names contain the words.
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/cases");
        let only = std::env::var("CASE").unwrap_or_default();
        let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
            .filter(|path| path.to_string_lossy().contains(&only))
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "no cases in {}", folder.display());
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut case = Self {
            path: path.to_owned(),
            both: String::new(),
            from: String::new(),
            to: String::new(),
            rows: String::new(),
            holds: String::new(),
            needs: 0,
            wanted: Wanted::Plan(String::new()),
            options: Vec::new(),
            head: String::new(),
        };
        assert!(text.starts_with("-- "), "{}: the first line says what the case shows", path.display());
        let (mut section, mut content) = (String::new(), String::new());
        for line in text.lines().chain(["-- end"]) {
            let word = line.strip_prefix("-- ").unwrap_or_default();
            let starts = matches!(word, "both" | "from" | "to" | "rows" | "holds" | "expect" | "end");
            if starts || word.starts_with("refused: ") {
                case.set(&section, mem::take(&mut content));
                section = word.to_owned();
            } else if let Some(options) = word.strip_prefix("options: ") {
                case.options = options.split('|').map(|option| option.trim().to_owned()).collect();
            } else if let Some(major) = word.strip_prefix("needs: ") {
                case.needs = major.parse().unwrap();
            } else {
                content.push_str(line);
                content.push('\n');
            }
        }
        let end = text.find("\n-- expect\n").or_else(|| text.find("\n-- refused: ")).unwrap_or(text.len());
        text[..end].trim_end().clone_into(&mut case.head);
        assert!(!(case.from.is_empty() && case.to.is_empty()), "{}: it has neither from nor to", path.display());
        case
    }

    fn set(&mut self, section: &str, content: String) {
        match section {
            "" => {}
            "both" => self.both = content,
            "from" => self.from = content,
            "to" => self.to = content,
            "rows" => self.rows = content,
            "holds" => self.holds = content.trim().trim_end_matches(';').to_owned(),
            "expect" => self.wanted = Wanted::Plan(content),
            refused => self.wanted = Wanted::Refused(refused.trim_start_matches("refused: ").to_owned()),
        }
    }

    /// Everything may be lost, unless the case is about what may not.
    pub(crate) fn diff_options(&self, creator: &str) -> DiffOptions {
        let has = |name: &str| self.options.iter().any(|option| option == name);
        for option in &self.options {
            assert!(matches!(option.as_str(), "online" | "reorder-columns" | "owners"), "{}: {option}", self.name());
        }
        DiffOptions {
            owners: has("owners"),
            creator: creator.into(),
            online: has("online"),
            reorder_columns: has("reorder-columns"),
            allow: match self.wanted {
                Wanted::Refused(_) => [].into(),
                Wanted::Plan(_) => ["*".to_owned()].into(),
            },
        }
    }

    pub(crate) fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    /// Writes what the plan is now.
    pub(crate) fn update(&self, plan: &DifferencePlan) {
        // A refusal is never what a case comes to expect by itself.
        if matches!(self.wanted, Wanted::Refused(_)) || !plan.refusals.is_empty() {
            return;
        }
        let wanted = format!("-- expect\n{}", text(&plan.statements));
        fs::write(&self.path, format!("{}\n\n{wanted}", self.head)).unwrap();
    }
}

/// The statements with their dangers, and the places of commits.
pub(crate) fn text(statements: &[ChangeStatement]) -> String {
    let mut text = String::new();
    let mut transaction = statements.first().map_or(0, |first| first.transaction);
    for statement in statements {
        if statement.transaction != transaction {
            text.push_str("-- commit\n");
            transaction = statement.transaction;
        }
        if statement.alone {
            text.push_str("-- in no transaction\n");
        }
        let mut dangers: Vec<&str> = statement.hazards.iter().map(|hazard| hazard_name(hazard.kind)).collect();
        dangers.dedup();
        if !dangers.is_empty() {
            writeln!(text, "-- danger: {}", dangers.join(", ")).unwrap();
        }
        writeln!(text, "{};", statement.sql.trim_end()).unwrap();
    }
    text
}

/// Without what only looks.
pub(crate) fn normalised(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
