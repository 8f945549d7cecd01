//! Why an operation cannot be planned: told before anything changes.

use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OperationRefusal {
    #[error("there is no table {name}")]
    NoSuchTable { name: String, similar: Vec<String> },
    #[error("there is no {what} {name}")]
    NoSuchObject { what: &'static str, name: String, similar: Vec<String> },
    #[error("{table} has no column {column}")]
    NoSuchColumn { table: String, column: String },
    #[error("{name} belongs to the platform")]
    OfPlatform { name: String },
    #[error("the name {name} is taken by a {by}")]
    NameTaken { name: String, by: String },
    #[error("the name `{name}` has {bytes} bytes; PostgreSQL keeps 1 to 63")]
    BadLength { name: String, bytes: usize },
    #[error("{first} and {second} both work on {shared}")]
    Contradiction { first: String, second: String, shared: String },
    #[error("two stages are called `{name}`")]
    StageTwice { name: String },
    #[error("`{text}` is no length of time")]
    BadDuration { text: String },
    /// Anything that one operation alone refuses.
    #[error("{message}")]
    Refused { message: String, hint: String },
}

impl OperationRefusal {
    pub fn hint(&self) -> String {
        match self {
            Self::NoSuchTable { similar, .. } | Self::NoSuchObject { similar, .. } => match similar.as_slice() {
                [] => "correct the name; `pgmason tables` lists what there is".to_owned(),
                similar => format!("did you mean {}?", similar.join(" or ")),
            },
            Self::NoSuchColumn { table, .. } => format!("correct the name; `pgmason tables show {table}` lists them"),
            Self::OfPlatform { .. } => "leave it out: the platform's own tables are nobody else's to change".to_owned(),
            Self::NameTaken { .. } => {
                "choose another name, or rename what has it first, in an earlier stage".to_owned()
            }
            Self::BadLength { .. } => "choose a shorter name: PostgreSQL would cut it".to_owned(),
            Self::Contradiction { .. } => "put them into two stages, or make them one".to_owned(),
            Self::StageTwice { .. } => "give each stage a name of its own".to_owned(),
            Self::BadDuration { .. } => "write \"30s\", \"12h\" or \"7d\"".to_owned(),
            Self::Refused { hint, .. } => hint.clone(),
        }
    }
}
