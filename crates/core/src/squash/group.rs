//! Brings the statements of a plan together by what they are about, as far as they may change places.
//!
//! A statement stays behind every statement of the plan that made something it needs, and behind those about the same
//! object that were before it. Within that, the lowest section comes first, and a statement that others wait for counts
//! as theirs.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use pgmason_model::catalog::Table;
use pgmason_model::difference::{ActionKind, ChangeStatement};
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

/// Where a statement stands in the file. The order is that of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Base,
    Types,
    /// The tables of a domain, with all that belongs to them alone. The number puts domains in the order of their needs.
    Tables(usize, String),
    Functions,
    Views,
    Rows,
    Triggers,
    Policies,
    Publications,
    Others,
}

impl Section {
    pub fn title(&self) -> String {
        match self {
            Self::Base => "Schemas, extensions, default privileges".to_owned(),
            Self::Types => "Types".to_owned(),
            Self::Tables(_, domain) if domain.is_empty() => "Tables".to_owned(),
            Self::Tables(_, domain) => format!("Tables: {domain}"),
            Self::Functions => "Functions".to_owned(),
            Self::Views => "Views".to_owned(),
            Self::Rows => "Rows".to_owned(),
            Self::Triggers => "Triggers".to_owned(),
            Self::Policies => "Row level security".to_owned(),
            Self::Publications => "Publications, event triggers".to_owned(),
            Self::Others => "Others".to_owned(),
        }
    }

    /// The name of a file for it: `tables_user_management`.
    pub fn file_name(&self) -> String {
        let words = match self {
            Self::Base => "schemas_and_extensions".to_owned(),
            Self::Tables(_, domain) if domain.is_empty() => "tables".to_owned(),
            Self::Tables(_, domain) => format!("tables_{domain}"),
            Self::Policies => "row_level_security".to_owned(),
            Self::Publications => "publications".to_owned(),
            other => other.title(),
        };
        let letters = words.to_lowercase();
        let parts = letters.split(|character: char| !character.is_ascii_alphanumeric());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }
}

/// Places of the statements in their new order, each with its section. `domain`: of a table's name.
pub fn grouped(statements: &[ChangeStatement], to: &Catalog, domain: &dyn Fn(&str) -> String) -> Vec<(usize, Section)> {
    let mut sections: Vec<Section> = statements.iter().map(|statement| section(statement, to, domain)).collect();
    let before = edges(statements, to);
    number_domains(&mut sections, &before);
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); statements.len()];
    for (place, needed) in before.iter().enumerate() {
        for needed in needed {
            after[*needed].push(place);
        }
    }
    // Edges lead from earlier statements to later ones, so one pass from the end sees all that wait.
    let mut effective = sections;
    for place in (0..statements.len()).rev() {
        let lowest = after[place].iter().map(|later| effective[*later].clone()).min();
        if let Some(lowest) = lowest.filter(|lowest| *lowest < effective[place]) {
            effective[place] = lowest;
        }
    }
    let mut left: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    let mut ready: BinaryHeap<std::cmp::Reverse<(Section, usize)>> = BinaryHeap::new();
    for (place, count) in left.iter().enumerate() {
        if *count == 0 {
            ready.push(std::cmp::Reverse((effective[place].clone(), place)));
        }
    }
    let mut order = Vec::with_capacity(statements.len());
    while let Some(std::cmp::Reverse((section, place))) = ready.pop() {
        order.push((place, section));
        for later in &after[place] {
            left[*later] -= 1;
            if left[*later] == 0 {
                ready.push(std::cmp::Reverse((effective[*later].clone(), *later)));
            }
        }
    }
    order
}

/// Gives each domain a number behind those that it needs. Domains that need each other go by their names.
fn number_domains(sections: &mut [Section], before: &[BTreeSet<usize>]) {
    let domain_of = |section: &Section| match section {
        Section::Tables(_, domain) => Some(domain.clone()),
        _ => None,
    };
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (section, needed) in sections.iter().zip(before) {
        let Some(domain) = domain_of(section) else { continue };
        let others = needed.iter().filter_map(|place| sections.get(*place).and_then(domain_of));
        let list: BTreeSet<String> = others.filter(|other| *other != domain).collect();
        needs.entry(domain).or_default().extend(list);
    }
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    while numbers.len() < needs.len() {
        let waits = |domain: &String| {
            needs.get(domain).map_or(0, |needed| needed.iter().filter(|other| !numbers.contains_key(*other)).count())
        };
        let left = needs.keys().filter(|domain| !numbers.contains_key(*domain));
        let Some(next) = left.min_by_key(|domain| (waits(domain), (*domain).clone())).cloned() else { return };
        numbers.insert(next, numbers.len());
    }
    for section in sections {
        if let Section::Tables(number, domain) = section {
            *number = numbers.get(domain).copied().unwrap_or_default();
        }
    }
}

fn section(statement: &ChangeStatement, to: &Catalog, domain: &dyn Fn(&str) -> String) -> Section {
    let id = subject(&statement.object);
    let of_relation = |id: &ObjectId| match relation_kind(to, id) {
        Some(ObjectKind::View | ObjectKind::MaterializedView) => Section::Views,
        _ => Section::Tables(0, domain(whole_of(to, id).name.as_str())),
    };
    if is_row_security(statement) {
        return Section::Policies;
    }
    match id.kind {
        ObjectKind::Schema | ObjectKind::Extension | ObjectKind::DefaultPrivilege => Section::Base,
        ObjectKind::Collation
        | ObjectKind::EnumType
        | ObjectKind::DomainType
        | ObjectKind::DomainConstraint
        | ObjectKind::CompositeType
        | ObjectKind::RangeType
        | ObjectKind::BaseType => Section::Types,
        ObjectKind::Sequence => match to.get(id) {
            Some(Object::Sequence(sequence)) if sequence.owned_by.is_some() => {
                sequence.owned_by.as_ref().map_or(Section::Types, of_relation)
            }
            _ => Section::Tables(0, domain(id.name.as_str())),
        },
        ObjectKind::Index => match to.get(id) {
            Some(Object::Index(index)) => {
                let table = index.table.clone();
                of_relation(&ObjectId::in_schema(ObjectKind::Table, table.schema, table.name))
            }
            _ => of_relation(id),
        },
        ObjectKind::ExtendedStatistics => match to.get(id) {
            Some(Object::ExtendedStatistics(statistics)) => Section::Tables(0, domain(statistics.table.name.as_str())),
            _ => Section::Others,
        },
        ObjectKind::Table | ObjectKind::Column | ObjectKind::Default | ObjectKind::Constraint => of_relation(id),
        ObjectKind::Function => Section::Functions,
        ObjectKind::View | ObjectKind::MaterializedView => Section::Views,
        ObjectKind::Trigger | ObjectKind::Rule => Section::Triggers,
        ObjectKind::Policy => Section::Policies,
        ObjectKind::Publication | ObjectKind::Subscription | ObjectKind::EventTrigger => Section::Publications,
        _ => Section::Others,
    }
}

/// What a grant or comment is on.
fn subject(id: &ObjectId) -> &ObjectId {
    id.of.as_deref().map_or(id, subject)
}

/// The table that a partition is part of in the end; else the table itself.
fn whole_of(to: &Catalog, id: &ObjectId) -> ObjectId {
    let table = id.relation(ObjectKind::Table);
    match to.get(&table) {
        Some(Object::Table(Table { partition_of: Some(part), .. })) => {
            let parent = ObjectId::in_schema(ObjectKind::Table, part.parent.schema.clone(), part.parent.name.clone());
            whole_of(to, &parent)
        }
        _ => table,
    }
}

/// The project's text for it ends like that: see `diff`.
fn is_row_security(statement: &ChangeStatement) -> bool {
    statement.object.kind == ObjectKind::Table && statement.sql.ends_with(" ROW LEVEL SECURITY")
}

fn relation_kind(to: &Catalog, id: &ObjectId) -> Option<ObjectKind> {
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .find(|kind| to.get(&id.relation(*kind)).is_some())
}

/// For each statement those that must stay before it: all of them are earlier in the plan.
fn edges(statements: &[ChangeStatement], to: &Catalog) -> Vec<BTreeSet<usize>> {
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); statements.len()];
    // The same object, its comments and grants among them: as in the plan.
    let mut last_of: BTreeMap<ObjectId, usize> = BTreeMap::new();
    for (place, statement) in statements.iter().enumerate() {
        let unit = unit(&statement.object, to);
        if let Some(earlier) = last_of.insert(unit, place) {
            before[place].insert(earlier);
        }
        // What is dropped makes way for all that follows, and default privileges are for all that follows.
        if statement.action == ActionKind::Drop || statement.object.kind == ObjectKind::DefaultPrivilege {
            for later in before.iter_mut().skip(place + 1) {
                later.insert(place);
            }
            if statement.action == ActionKind::Drop {
                before[place].extend(0..place);
            }
        }
    }
    let mut of_object: BTreeMap<&ObjectId, Vec<usize>> = BTreeMap::new();
    for (place, statement) in statements.iter().enumerate() {
        of_object.entry(&statement.object).or_default().push(place);
    }
    let places = |id: &ObjectId| -> Vec<usize> {
        // What has no statement of its own came with its object, or inside its table.
        let carriers = [id.clone(), unit(id, to), id.relation(ObjectKind::Table)];
        carriers.iter().find_map(|id| of_object.get(id)).cloned().unwrap_or_default()
    };
    let mut need = |dependent: &ObjectId, needed: &ObjectId| {
        for later in places(dependent) {
            for earlier in places(needed) {
                if earlier < later && is_maker(&statements[earlier]) {
                    before[later].insert(earlier);
                }
            }
        }
    };
    for (dependent, needed) in &to.dependencies {
        need(dependent, needed);
    }
    // An index of a partitioned table reaches the partitions that are there: they stay before it.
    for statement in statements.iter().filter(|statement| statement.object.kind == ObjectKind::Table) {
        let whole = whole_of(to, &statement.object);
        if whole == statement.object {
            continue;
        }
        for index in statements.iter().map(|other| &other.object).filter(|id| id.kind == ObjectKind::Index) {
            let is_on = matches!(to.get(index), Some(Object::Index(found)) if Some(&found.table) == whole.qualified_name().as_ref());
            if is_on {
                need(index, &statement.object);
            }
        }
    }
    for statement in statements {
        let id = &statement.object;
        if let Some(of) = id.of.as_deref() {
            need(id, of);
            need(id, &unit(of, to));
        }
        for kind in [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView] {
            need(id, &id.relation(kind));
        }
        if let Some(schema) = &id.schema {
            need(id, &ObjectId::global(ObjectKind::Schema, schema.clone()));
        }
    }
    before
}

/// Grants and comments make nothing that others need.
fn is_maker(statement: &ChangeStatement) -> bool {
    !matches!(statement.object.kind, ObjectKind::Grant | ObjectKind::Comment)
}

/// The object whose statements keep their order: the table of a column, default or grant; else the object itself.
fn unit(id: &ObjectId, to: &Catalog) -> ObjectId {
    let subject = subject(id);
    match subject.kind {
        ObjectKind::Column | ObjectKind::Default => {
            subject.relation(relation_kind(to, subject).unwrap_or(ObjectKind::Table))
        }
        ObjectKind::Constraint if matches!(to.get(subject), Some(Object::Constraint(found)) if found.references.is_none()) => {
            subject.relation(ObjectKind::Table)
        }
        ObjectKind::Sequence => match to.get(subject) {
            Some(Object::Sequence(sequence)) => {
                sequence.owned_by.as_ref().map_or_else(|| subject.clone(), |column| column.relation(ObjectKind::Table))
            }
            _ => subject.clone(),
        },
        _ => subject.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(object: ObjectId, sql: &str) -> ChangeStatement {
        ChangeStatement {
            sql: sql.to_owned(),
            object,
            action: ActionKind::Create,
            transaction: 1,
            alone: false,
            why: None,
            hazards: Vec::new(),
            rewrites: Vec::new(),
        }
    }

    #[test]
    fn domains_come_together_and_nothing_passes_what_it_needs() {
        let table = |name: &str| ObjectId::in_schema(ObjectKind::Table, "public", name);
        let function = ObjectId::sub_object(ObjectKind::Function, "public", "f", "");
        let policy = ObjectId::sub_object(ObjectKind::Policy, "public", "user_a", "p");
        let statements = [
            statement(table("api_a"), "CREATE TABLE api_a"),
            statement(policy.clone(), "CREATE POLICY p"),
            statement(function.clone(), "CREATE FUNCTION f"),
            statement(table("user_a"), "CREATE TABLE user_a"),
            statement(table("api_b"), "CREATE TABLE api_b"),
            statement(ObjectId::comment(table("api_a")), "COMMENT ON TABLE api_a"),
        ];
        let mut to = Catalog::default();
        to.dependencies.insert((table("api_b"), function));
        let domain = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
        let order: Vec<&str> =
            grouped(&statements, &to, &domain).into_iter().map(|(place, _)| statements[place].sql.as_str()).collect();
        assert_eq!(
            order,
            [
                "CREATE TABLE api_a",
                "CREATE FUNCTION f",
                "CREATE TABLE api_b",
                "COMMENT ON TABLE api_a",
                "CREATE TABLE user_a",
                "CREATE POLICY p"
            ]
        );
    }
}
