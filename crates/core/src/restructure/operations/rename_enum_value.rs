//! `rename_enum_value`: a value of an enum gets another name.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameEnumValue {
    #[serde(rename = "type")]
    pub type_name: String,
    pub value: String,
    pub to: String,
}
