//! One file for each operation: what it asks for in the file, what it refuses, what it predicts, and its steps.

pub mod add_check;
pub mod add_index;
pub mod change_column_type;
pub mod drop_column;
pub mod drop_index;
pub mod drop_table;
pub mod merge_tables;
pub mod move_table;
pub mod partition_table;
pub mod rationalise_indexes;
pub mod rename_column;
pub mod rename_enum_value;
pub mod rename_table;
pub mod set_default;
pub mod set_not_null;
pub mod split_table;
pub mod sql;

use pgmason_model::restructure::PlannedOperation;
use serde::{Deserialize, Serialize};

use super::context::PlanContext;
use super::refusal::OperationRefusal;

pub use add_check::AddCheck;
pub use add_index::AddIndex;
pub use change_column_type::ChangeColumnType;
pub use drop_column::DropColumn;
pub use drop_index::DropIndex;
pub use drop_table::DropTable;
pub use merge_tables::MergeTables;
pub use move_table::MoveTable;
pub use partition_table::PartitionTable;
pub use rationalise_indexes::RationaliseIndexes;
pub use rename_column::RenameColumn;
pub use rename_enum_value::RenameEnumValue;
pub use rename_table::RenameTable;
pub use set_default::SetDefault;
pub use set_not_null::SetNotNull;
pub use split_table::SplitTable;
pub use sql::Sql;

/// One operation, as the file states it: `{ kind = "rename_table", table = "emails", to = "email_messages" }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Operation {
    RenameTable(RenameTable),
    MoveTable(MoveTable),
    RenameColumn(RenameColumn),
    ChangeColumnType(ChangeColumnType),
    SetNotNull(SetNotNull),
    SetDefault(SetDefault),
    AddCheck(AddCheck),
    DropColumn(DropColumn),
    MergeTables(MergeTables),
    SplitTable(SplitTable),
    DropTable(DropTable),
    AddIndex(AddIndex),
    DropIndex(DropIndex),
    RationaliseIndexes(RationaliseIndexes),
    PartitionTable(PartitionTable),
    RenameEnumValue(RenameEnumValue),
    Sql(Sql),
}

/// What stands under the name that the table does not have, until `complete`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compatibility {
    /// A view under the old name; where something that is in use would not work through it, one under the new name.
    #[default]
    Auto,
    /// A view under the old name, whatever does not work through it.
    OldNameView,
    /// A view under the new name: the table keeps the old one until `complete`.
    NewNameView,
    /// Nothing: the name changes in one moment, when the stage is completed.
    None,
}

impl Compatibility {
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What the operation asks for, planned against the schema before its stage.
pub fn plan(operation: &Operation, context: &mut PlanContext<'_>) -> Result<PlannedOperation, OperationRefusal> {
    let planned = match operation {
        Operation::RenameTable(asked) => rename_table::plan(asked, context),
        Operation::MoveTable(asked) => move_table::plan(asked, context),
        Operation::SetDefault(asked) => set_default::plan(asked, context),
        Operation::AddCheck(asked) => add_check::plan(asked, context),
        Operation::SetNotNull(asked) => set_not_null::plan(asked, context),
        Operation::Sql(asked) => sql::plan(asked, context),
        Operation::RenameEnumValue(asked) => rename_enum_value::plan(asked, context),
        Operation::AddIndex(asked) => add_index::plan(asked, context),
        Operation::DropIndex(asked) => drop_index::plan(asked, context),
        Operation::RationaliseIndexes(asked) => rationalise_indexes::plan(asked, context),
        Operation::DropTable(asked) => drop_table::plan(asked, context),
        Operation::MergeTables(asked) => merge_tables::plan(asked, context),
        Operation::PartitionTable(asked) => partition_table::plan(asked, context),
        Operation::SplitTable(asked) => split_table::plan(asked, context),
        Operation::RenameColumn(asked) => rename_column::plan(asked, context),
        Operation::DropColumn(asked) => drop_column::plan(asked, context),
        Operation::ChangeColumnType(asked) => change_column_type::plan(asked, context),
    }?;
    Ok(PlannedOperation { kind: operation.kind().to_owned(), ..planned })
}

impl Operation {
    /// Its word in the file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RenameTable(_) => "rename_table",
            Self::MoveTable(_) => "move_table",
            Self::RenameColumn(_) => "rename_column",
            Self::ChangeColumnType(_) => "change_column_type",
            Self::SetNotNull(_) => "set_not_null",
            Self::SetDefault(_) => "set_default",
            Self::AddCheck(_) => "add_check",
            Self::DropColumn(_) => "drop_column",
            Self::MergeTables(_) => "merge_tables",
            Self::SplitTable(_) => "split_table",
            Self::DropTable(_) => "drop_table",
            Self::AddIndex(_) => "add_index",
            Self::DropIndex(_) => "drop_index",
            Self::RationaliseIndexes(_) => "rationalise_indexes",
            Self::PartitionTable(_) => "partition_table",
            Self::RenameEnumValue(_) => "rename_enum_value",
            Self::Sql(_) => "sql",
        }
    }
}
