//! The wide fixture, object by object: the whole as a snapshot per major, the tricky facts stated one by one.

use std::collections::BTreeSet;

use pgmason_model::catalog::*;
use pgmason_model::{Identifier, ObjectId, ObjectKind as Kind, QualifiedName};
use serde_json::Value;

use crate::support::Database;

const EVERY_KIND: [Kind; 36] = [
    Kind::Schema,
    Kind::Extension,
    Kind::Collation,
    Kind::EnumType,
    Kind::DomainType,
    Kind::CompositeType,
    Kind::RangeType,
    Kind::BaseType,
    Kind::Sequence,
    Kind::Table,
    Kind::Column,
    Kind::Default,
    Kind::Constraint,
    Kind::DomainConstraint,
    Kind::Index,
    Kind::View,
    Kind::MaterializedView,
    Kind::Function,
    Kind::Trigger,
    Kind::EventTrigger,
    Kind::Rule,
    Kind::Policy,
    Kind::Publication,
    Kind::Subscription,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
    Kind::ExtendedStatistics,
    Kind::Operator,
    Kind::OperatorClass,
    Kind::OperatorFamily,
    Kind::Cast,
    Kind::ForeignDataWrapper,
    Kind::ForeignServer,
    Kind::UserMapping,
    Kind::Grant,
    Kind::DefaultPrivilege,
];

fn id(kind: Kind, name: &str) -> ObjectId {
    ObjectId::in_schema(kind, "shop", name)
}

fn sub(kind: Kind, name: &str, sub: &str) -> ObjectId {
    ObjectId::sub_object(kind, "shop", name, sub)
}

/// The object under an id as one variant, or a test failure that names the id.
macro_rules! get {
    ($catalog:expr, $variant:ident, $id:expr) => {{
        let id = $id;
        match $catalog.get(&id) {
            Some(Object::$variant(object)) => object,
            other => panic!("{id} is {other:?}"),
        }
    }};
}

/// `of` and what it needs, as `kind name`.
fn needs(catalog: &Catalog, of: &ObjectId) -> BTreeSet<String> {
    let edges = catalog.dependencies.iter().filter(|(dependent, _)| dependent == of);
    edges.map(|(_, needed)| format!("{} {needed}", needed.kind.label())).collect()
}

fn names(texts: &[&str]) -> Vec<Identifier> {
    texts.iter().map(|text| Identifier::from(*text)).collect()
}

#[test]
fn the_whole_catalog() {
    let database = Database::with_every_kind();
    let catalog = database.catalog();
    for kind in EVERY_KIND.into_iter().chain([Kind::Comment]) {
        assert!(catalog.of_kind(kind).next().is_some(), "no {} was read", kind.label());
    }
    assert_eq!(catalog.not_checked, []);
    let mut lines = Vec::new();
    for (id, object) in &catalog.objects {
        let mut value = serde_json::to_value(object).unwrap();
        drop_empty(&mut value);
        lines.push(format!("{} {id}: {value}", id.kind.label()));
    }
    for (dependent, needed) in &catalog.dependencies {
        lines.push(format!("{} {dependent} needs {} {needed}", dependent.kind.label(), needed.kind.label()));
    }
    for other in &catalog.unmodelled {
        lines.push(format!("unmodelled {} {}", other.catalog, other.name));
    }
    // The bootstrap superuser is called as whoever ran initdb.
    let superuser: String = database.client().query_one("SELECT current_user::text", &[]).unwrap().get(0);
    let text = lines.join("\n").replace(&format!("\"{superuser}\""), "\"SUPERUSER\"");
    let text = text.replace(&format!(" to {superuser}:"), " to SUPERUSER:");
    let text = text
        .replace(&format!(" {superuser}.\""), " SUPERUSER.\"")
        .replace(&format!(".{superuser}.\""), ".SUPERUSER.\"");
    let text = text.replace(&format!(":{superuser}\""), ":SUPERUSER\"");
    insta::with_settings!({ snapshot_suffix => catalog.server.major().to_string(), prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("every_kind", text);
    });
}

fn drop_empty(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.iter_mut().filter(|(name, _)| *name != "privileges").for_each(|(_, value)| drop_empty(value));
        fields.retain(|_, value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => true,
        });
    }
    if let Value::Array(items) = value {
        items.iter_mut().for_each(drop_empty);
    }
}

#[test]
fn columns_and_defaults() {
    let catalog = Database::with_every_kind().catalog();
    let column = |name: &str| get!(catalog, Column, sub(Kind::Column, "customers", name)).clone();

    assert_eq!(column("id").identity, Some(Identity::Always));
    assert_eq!(column("by_default").identity, Some(Identity::ByDefault));
    assert_eq!((column("id").position, column("email").position), (1, 2), "a dropped column leaves no gap");
    assert_eq!(column("email").user_type, Some(id(Kind::DomainType, "email")));
    assert_eq!(column("moods").user_type, Some(id(Kind::EnumType, "mood")), "an array is its element's");
    assert_eq!(column("moods").type_name, "shop.mood[]");
    assert_eq!(column("home").user_type, Some(id(Kind::CompositeType, "address")));
    assert_eq!(column("spans").user_type, Some(id(Kind::RangeType, "float_range")));
    assert_eq!(column("words").user_type, Some(id(Kind::BaseType, "word")));
    assert_eq!(column("amounts").user_type, Some(id(Kind::DomainType, "amounts")));
    assert_eq!(column("note").user_type, None);
    assert_eq!(column("name").type_name, "character varying(80)");
    assert_eq!(column("name").collation, Some(QualifiedName::new("pg_catalog", "C")));
    assert_eq!(column("name").statistics_target, Some(500));
    assert_eq!(column("name").options.get("n_distinct").map(String::as_str), Some("-0.5"));
    assert_eq!(column("note").collation, None);
    assert_eq!(column("photo").storage.as_deref(), Some("external"));
    assert_eq!(column("note").storage, None);
    let generated = column("full_name").generated.expect("a generated column");
    assert!(generated.stored && generated.expression.contains("upper"), "{generated:?}");
    assert!(catalog.get(&sub(Kind::Default, "customers", "full_name")).is_none(), "a generation is no default");
    if catalog.server.major() >= 14 {
        assert_eq!(column("note").compression.as_deref(), Some("pglz"));
    }
    if catalog.server.major() >= 18 {
        assert_eq!(column("twice").generated.map(|generated| generated.stored), Some(false));
    }

    let default = |name: &str| get!(catalog, Default, sub(Kind::Default, "customers", name)).clone();
    assert_eq!(default("legacy_id").sequence, Some(QualifiedName::new("shop", "customers_legacy_id_seq")));
    assert_eq!(default("ticket").sequence, Some(QualifiedName::new("shop", "ticket_numbers")));
    assert_eq!(default("created_at").sequence, None);
    let of_view = get!(catalog, Default, sub(Kind::Default, "happy", "mood"));
    assert_eq!(of_view.expression, "'happy'::shop.mood");
    assert!(get!(catalog, Column, sub(Kind::Column, "child", "label")).inherited);
    assert!(!get!(catalog, Column, sub(Kind::Column, "child", "extra")).inherited);
    let far = get!(catalog, Column, sub(Kind::Column, "far_away", "id"));
    assert_eq!(far.foreign_options.get("column_name").map(String::as_str), Some("ID"));
}

#[test]
fn sequences_know_their_column() {
    let catalog = Database::with_every_kind().catalog();
    let serial = get!(catalog, Sequence, id(Kind::Sequence, "customers_legacy_id_seq"));
    assert_eq!(serial.owned_by, Some(sub(Kind::Column, "customers", "legacy_id")));
    assert!(!serial.identity);
    let identity = get!(catalog, Sequence, id(Kind::Sequence, "customers_id_seq"));
    assert_eq!((identity.identity, identity.start, identity.increment), (true, 100, 10));
    let free = get!(catalog, Sequence, id(Kind::Sequence, "ticket_numbers"));
    assert_eq!(
        (free.owned_by.clone(), free.type_name.as_str(), free.maximum, free.cycle),
        (None, "integer", 1000, true)
    );
    // The edge back to the column would close a circle with the default.
    assert!(
        !needs(&catalog, &id(Kind::Sequence, "customers_legacy_id_seq")).iter().any(|edge| edge.starts_with("column"))
    );
    assert!(
        needs(&catalog, &sub(Kind::Default, "customers", "legacy_id"))
            .contains("sequence shop.customers_legacy_id_seq")
    );
}

#[test]
fn tables() {
    let catalog = Database::with_every_kind().catalog();
    let table = |name: &str| get!(catalog, Table, id(Kind::Table, name)).clone();
    assert_eq!(table("customers").options.get("fillfactor").map(String::as_str), Some("70"));
    assert_eq!(table("customers").options.get("toast.autovacuum_enabled").map(String::as_str), Some("false"));
    assert_eq!(table("customers").access_method, Some(Identifier::from("heap")));
    assert_eq!(table("orders").replica_identity, "index orders_replica");
    assert_eq!(table("scratch").replica_identity, "full");
    assert_eq!(table("scratch").persistence, Persistence::Unlogged);
    assert!(table("orders").row_security && table("orders").force_row_security);
    assert_eq!(table("typed_addresses").of_type, Some(QualifiedName::new("shop", "address")));
    assert_eq!(
        table("child").inherits,
        [QualifiedName::new("shop", "parent"), QualifiedName::new("shop", "second_parent")]
    );
    assert_eq!(table("events").kind, TableKind::Partitioned);
    assert_eq!(table("events").partition_key.as_deref(), Some("RANGE (at)"));
    let part = table("events_2025");
    assert!(part.inherits.is_empty());
    let part = part.partition_of.expect("a partition");
    assert_eq!(part.parent, QualifiedName::new("shop", "events"));
    assert!(part.bound.contains("2025-01-01 00:00:00+00"), "{}", part.bound);
    assert_eq!(table("events_other").partition_of.map(|part| part.bound).as_deref(), Some("DEFAULT"));
    assert_eq!(table("far_away").kind, TableKind::Foreign);
    assert_eq!(table("far_away").foreign_server, Some(Identifier::from("far")));
    assert_eq!(table("parent").owner, Identifier::from("pgmason_owner"));
    assert!(catalog.objects.keys().all(|id| id.name != "passing"), "temporary objects are not listed");
    assert!(
        catalog.objects.keys().all(|id| id.schema.as_ref().is_none_or(|schema| !schema.as_str().starts_with("pg_")))
    );
}

#[test]
fn constraints() {
    let catalog = Database::with_every_kind().catalog();
    let constraint = |table: &str, name: &str| get!(catalog, Constraint, sub(Kind::Constraint, table, name)).clone();
    let foreign_key = constraint("orders", "orders_customer_fkey");
    assert_eq!(foreign_key.columns, names(&["customer_id"]));
    assert!(foreign_key.deferrable && foreign_key.initially_deferred && foreign_key.index.is_none());
    let references = foreign_key.references.expect("a foreign key");
    assert_eq!(references.table, QualifiedName::new("shop", "customers"));
    assert_eq!(references.columns, names(&["id"]));
    assert_eq!((references.on_update, references.on_delete), (ForeignKeyAction::Cascade, ForeignKeyAction::SetNull));

    let unique = constraint("orders", "orders_part_state_key");
    assert_eq!(unique.index, Some(QualifiedName::new("shop", "orders_part_state_key")));
    assert_eq!(unique.columns, names(&["part", "state"]));
    assert!(unique.deferrable && !unique.initially_deferred);
    assert_eq!(constraint("orders", "orders_no_overlap").kind, ConstraintKind::Exclusion);
    assert!(!constraint("orders", "orders_total_positive").validated);
    assert_eq!(constraint("orders", "orders_checked").kind, ConstraintKind::Trigger);
    let check = constraint("customers", "customers_name_or_note");
    assert_eq!((check.columns, check.no_inherit), (names(&["name", "note"]), true));
    assert!(check.expression.expect("an expression").contains("IS NOT NULL"));
    assert!(constraint("child", "parent_id_positive").inherited);
    assert!(!constraint("parent", "parent_id_positive").inherited);

    // One foreign key to a partitioned table, however many partitions it has; the partition has its copy.
    let keys = |table: &str| {
        let constraints = catalog.of_relation(Kind::Constraint, &id(Kind::Table, table));
        constraints
            .filter(
                |(_, object)| matches!(object, Object::Constraint(found) if found.kind == ConstraintKind::ForeignKey),
            )
            .count()
    };
    assert_eq!((keys("event_notes"), keys("event_notes_0")), (1, 1));
    assert!(constraint("event_notes_0", "event_notes_event_fkey").inherited);
    let references = constraint("event_notes", "event_notes_event_fkey").references.expect("a foreign key");
    assert!(references.match_full);
    assert_eq!(references.table.name, "events");

    let domain = get!(catalog, DomainConstraint, sub(Kind::DomainConstraint, "email", "email_short"));
    assert!(!domain.validated && domain.expression.contains("length"));
    if catalog.server.major() >= 18 {
        assert!(!constraint("orders", "orders_loose").enforced);
        assert!(
            catalog.of_kind(Kind::Constraint).any(
                |(_, object)| matches!(object, Object::Constraint(found) if found.kind == ConstraintKind::NotNull)
            )
        );
    }
}

#[test]
fn indexes() {
    let catalog = Database::with_every_kind().catalog();
    let index = |name: &str| get!(catalog, Index, id(Kind::Index, name)).clone();
    let mixed = index("customers_lower_name");
    assert_eq!(mixed.keys.len(), 3);
    assert_eq!(mixed.keys[0].expression.as_deref(), Some("lower((name)::text)"));
    assert_eq!(mixed.keys[0].column, None);
    assert_eq!(mixed.keys[1].column, Some(Identifier::from("created_at")));
    assert!(mixed.keys[1].descending && !mixed.keys[1].nulls_first);
    assert_eq!(mixed.keys[2].expression.as_deref(), Some("((id + 1))"));

    let active = index("customers_active");
    assert_eq!(active.keys[0].opclass, QualifiedName::new("pg_catalog", "text_pattern_ops"));
    assert!(!active.keys[0].opclass_is_default);
    assert_eq!(active.predicate.as_deref(), Some("(mood = 'happy'::shop.mood)"));
    let collated = index("customers_name_de");
    assert_eq!(collated.keys[0].collation, Some(QualifiedName::new("pg_catalog", "POSIX")));
    assert!(collated.keys[0].nulls_first && !collated.keys[0].descending);
    let plain = index("customers_varchar_default");
    assert!(plain.keys[0].opclass_is_default, "text_ops is what varchar gets");
    assert_eq!(plain.keys[0].collation, None);
    assert!(index("customers_moods").keys[0].opclass_is_default);
    let gist = index("customers_document");
    assert_eq!(gist.keys[0].opclass_options.get("siglen").map(String::as_str), Some("100"));
    assert_eq!(gist.options.get("fillfactor").map(String::as_str), Some("80"));
    assert_eq!(gist.method, Identifier::from("gist"));
    let covering = index("customers_covering");
    assert_eq!((covering.include.clone(), covering.clustered, covering.unique), (names(&["name", "mood"]), true, true));
    assert_eq!(covering.keys.len(), 1);
    assert!(index("orders_replica").replica_identity);
    let unique = index("orders_part_state_key");
    assert_eq!(unique.constraint, Some(Identifier::from("orders_part_state_key")));
    assert!(!unique.immediate && unique.unique);
    assert!(index("orders_no_overlap").exclusion);
    let targets: Vec<Option<i32>> = mixed.keys.iter().map(|key| key.statistics_target).collect();
    assert_eq!(targets, [None, None, Some(250)]);
    assert_eq!(index("events_2025_kind_idx").partition_of, Some(QualifiedName::new("shop", "events_kind_idx")));
    assert!(!index("events_only_parent").valid, "ON ONLY leaves the index invalid until every partition has one");
    assert_eq!(index("totals_customer").table, QualifiedName::new("shop", "totals"));
    if catalog.server.major() >= 15 {
        assert!(index("orders_nulls").nulls_not_distinct);
    }
}

#[test]
fn index_definitions_are_postgresqls_own() {
    let database = Database::with_every_kind();
    let catalog = database.catalog();
    let sql = "SELECT n.nspname::text, c.relname::text, pg_catalog.pg_get_indexdef(c.oid)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('i', 'I') AND n.nspname IN ('shop', 'Odd Schema')";
    let mut client = database.client();
    client.batch_execute("SET search_path = pg_catalog").unwrap();
    let rows = client.query(sql, &[]).unwrap();
    assert!(rows.len() > 20);
    for row in rows {
        let (schema, name, definition): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let index = get!(catalog, Index, ObjectId::in_schema(Kind::Index, schema, name));
        assert_eq!(index.definition, definition);
    }
}

#[test]
fn constraint_definitions_are_postgresqls_own() {
    let database = Database::with_every_kind();
    // Each plain index or constraint that is almost plain: what the short cuts must not take for plain.
    let mut client = database.client();
    client
        .batch_execute(
            "CREATE DOMAIN shop.short AS varchar(5);
             CREATE TABLE shop.almost_plain (a text, b varchar(9), c \"char\", d shop.short, e text COLLATE \"C\", f int[],
                 UNIQUE (a, b), UNIQUE (e) INCLUDE (a), UNIQUE (b) DEFERRABLE, UNIQUE (f) WITH (fillfactor = 50));
             CREATE INDEX ON shop.almost_plain (a text_pattern_ops);
             CREATE INDEX ON shop.almost_plain (a varchar_ops);
             CREATE INDEX ON shop.almost_plain (a bpchar_ops);
             CREATE INDEX ON shop.almost_plain (b DESC);
             CREATE INDEX ON shop.almost_plain (c);
             CREATE INDEX ON shop.almost_plain (d);
             CREATE INDEX ON shop.almost_plain (a COLLATE \"C\");
             CREATE INDEX ON shop.almost_plain (f);
             CREATE INDEX ON shop.almost_plain USING hash (a);",
        )
        .unwrap();
    let catalog = database.catalog();
    client.batch_execute("SET search_path = pg_catalog").unwrap();
    let constraints = "SELECT n.nspname::text, c.relname::text, k.conname::text, pg_catalog.pg_get_constraintdef(k.oid)
        FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('shop', 'Odd Schema') AND k.contype IN ('p', 'u')";
    let rows = client.query(constraints, &[]).unwrap();
    assert!(rows.len() > 10);
    for row in rows {
        let (schema, table, name): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let constraint = get!(catalog, Constraint, ObjectId::sub_object(Kind::Constraint, schema, table, name));
        assert_eq!(constraint.definition, row.get::<_, String>(3));
    }
    let indexes = "SELECT c.relname::text, pg_catalog.pg_get_indexdef(c.oid) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 'shop.almost_plain'::regclass";
    for row in client.query(indexes, &[]).unwrap() {
        let index = get!(catalog, Index, ObjectId::in_schema(Kind::Index, "shop", row.get::<_, String>(0)));
        assert_eq!(index.definition, row.get::<_, String>(1));
    }
}

#[test]
fn functions() {
    let catalog = Database::with_every_kind().catalog();
    let function = |name: &str, arguments: &str| get!(catalog, Function, sub(Kind::Function, name, arguments)).clone();
    let add = function("add", "a integer, b integer");
    assert_eq!(add.arguments, "a integer, b integer DEFAULT 1");
    assert_eq!((add.volatility, add.strict, add.parallel.as_str()), (Volatility::Immutable, true, "safe"));
    let total = function("total_of", "who shop.customers, OUT total numeric, OUT orders bigint");
    assert!(total.security_definer && total.leakproof);
    assert_eq!(total.settings.get("search_path").map(String::as_str), Some("\"\""));
    assert_eq!(total.settings.get("work_mem").map(String::as_str), Some("8MB"));
    assert_eq!(function("pairs", "").returns.as_deref(), Some("TABLE(x integer, y text)"));
    assert!(function("touch", "").is_trigger && function("on_ddl", "").is_trigger);
    assert_eq!(function("rank_like", "").kind, FunctionKind::Window);
    let aggregate = function("sum_up", "numeric");
    assert_eq!(aggregate.kind, FunctionKind::Aggregate);
    assert_eq!(aggregate.definition, "SFUNC = shop.step,\nSTYPE = numeric,\nINITCOND = '0',\nPARALLEL = SAFE");
    let procedure = catalog.of_kind(Kind::Function).find(|(id, _)| id.name == "tidy").expect("the procedure").1;
    assert!(
        matches!(procedure, Object::Function(found) if found.kind == FunctionKind::Procedure && found.returns.is_none())
    );
    assert!(
        !catalog.of_kind(Kind::Function).any(|(id, _)| id.name == "float_range"),
        "a range makes its own functions"
    );
    if catalog.server.major() >= 14 {
        let atomic = function("atomic", "a integer");
        assert!(atomic.body.contains("BEGIN ATOMIC"), "{}", atomic.body);
        assert!(needs(&catalog, &sub(Kind::Function, "atomic", "a integer")).contains("column shop.customers.ticket"));
    }
}

#[test]
fn an_aggregate_can_be_made_again_from_its_object() {
    let database = Database::with_every_kind();
    let catalog = database.catalog();
    let aggregates: Vec<(&ObjectId, &Function)> = catalog
        .of_kind(Kind::Function)
        .filter_map(|(id, object)| match object {
            Object::Function(function) if function.kind == FunctionKind::Aggregate => Some((id, function)),
            _ => None,
        })
        .collect();
    assert_eq!(aggregates.len(), 7);
    let mut client = database.client();
    for (id, function) in aggregates {
        let name = id.qualified_name().expect("a name");
        let either = |arguments: &str| if arguments.is_empty() { "*".to_owned() } else { arguments.to_owned() };
        let identity = either(id.sub.as_ref().map_or("", Identifier::as_str));
        let arguments = either(&function.arguments);
        let sql = format!(
            "DROP AGGREGATE {name}({identity}); CREATE AGGREGATE {name}({arguments}) ({})",
            function.definition
        );
        client.batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    let again = database.catalog();
    for (id, object) in catalog.of_kind(Kind::Function) {
        assert_eq!(again.get(id), Some(object), "{id}");
    }
}

#[test]
fn an_operator_class_can_be_made_again_from_its_object() {
    let database = Database::with_every_kind();
    let catalog = database.catalog();
    let of_class = sub(Kind::OperatorClass, "mood_class", "btree");
    let class = get!(catalog, OperatorClass, of_class.clone());
    assert_eq!(
        class.members,
        [
            "OPERATOR 1 shop.<#(shop.mood,shop.mood)",
            "FUNCTION 1 (shop.mood, shop.mood) shop.mood_order(shop.mood,shop.mood)"
        ]
    );
    let of_family = sub(Kind::OperatorFamily, "mood_family", "btree");
    let family = get!(catalog, OperatorFamily, of_family.clone());
    assert_eq!(family.members.len(), 3, "{:?}", family.members);
    let sql = format!(
        "DROP OPERATOR CLASS shop.mood_class USING btree;
         CREATE OPERATOR CLASS shop.mood_class FOR TYPE {} USING btree FAMILY {} AS {}",
        class.input_type,
        class.family,
        class.members.join(", ")
    );
    database.client().batch_execute(&sql).unwrap();
    let again = database.catalog();
    assert_eq!(again.get(&of_class), catalog.get(&of_class));
    assert_eq!(again.get(&of_family), catalog.get(&of_family));
}

#[test]
fn subscriptions_and_text_search() {
    let database = Database::with_every_kind();
    let catalog = database.catalog();
    let major = catalog.server.major();
    let copied = ObjectId::global(Kind::Subscription, "copied");
    let subscription = get!(catalog, Subscription, copied.clone());
    assert_eq!(subscription.connection.as_deref(), Some("postgres://me@far.example.com:6543/app"));
    assert_eq!(subscription.publications, BTreeSet::from(["first".to_owned(), "second".to_owned()]));
    assert_eq!((subscription.enabled, subscription.slot_name.clone()), (false, None));
    assert_eq!(subscription.synchronous_commit.as_deref(), Some("local"));
    assert_eq!(subscription.binary, (major >= 14).then_some(true));
    let streaming = if major >= 16 { "parallel" } else { "on" };
    assert_eq!(subscription.streaming.as_deref(), (major >= 14).then_some(streaming));
    assert_eq!(subscription.disable_on_error, (major >= 15).then_some(true));
    assert_eq!(subscription.two_phase, (major >= 15).then_some(false));
    assert_eq!(subscription.origin.as_deref(), (major >= 16).then_some("none"));
    assert_eq!(
        (subscription.run_as_owner, subscription.password_required),
        if major >= 16 { (Some(true), Some(true)) } else { (None, None) }
    );
    assert_eq!(subscription.failover, (major >= 17).then_some(false));

    let stems = get!(catalog, TextSearchDictionary, id(Kind::TextSearchDictionary, "stems"));
    assert_eq!(stems.template, QualifiedName::new("pg_catalog", "snowball"));
    assert_eq!(stems.options.get("language").map(String::as_str), Some("english"));
    let words = get!(catalog, TextSearchDictionary, id(Kind::TextSearchDictionary, "plain_words"));
    assert_eq!(words.options.get("accept").map(String::as_str), Some("false"));
    let configuration = get!(catalog, TextSearchConfiguration, id(Kind::TextSearchConfiguration, "plain_text"));
    assert_eq!(configuration.parser, QualifiedName::new("pg_catalog", "default"));
    let own = [QualifiedName::new("shop", "plain_words"), QualifiedName::new("shop", "stems")];
    assert_eq!(configuration.mappings.get("asciiword").map(Vec::as_slice), Some(own.as_slice()), "in their order");
    assert_eq!(configuration.mappings.get("word"), Some(&vec![QualifiedName::new("pg_catalog", "simple")]));
    assert_eq!(configuration.mappings.get("email"), None);
    let needed = needs(&catalog, &id(Kind::TextSearchConfiguration, "plain_text"));
    assert!(needed.contains("text search dictionary shop.stems"), "{needed:?}");
}

#[test]
fn triggers_rules_and_policies() {
    let catalog = Database::with_every_kind().catalog();
    let trigger = |table: &str, name: &str| get!(catalog, Trigger, sub(Kind::Trigger, table, name)).clone();
    let touch = trigger("customers", "customers_touch");
    assert_eq!(touch.columns, names(&["name", "mood"]));
    assert_eq!((touch.timing, touch.for_each_row), (TriggerTiming::Before, true));
    assert_eq!(touch.events, BTreeSet::from(["UPDATE".to_owned()]));
    assert_eq!(touch.function, sub(Kind::Function, "touch", ""));
    assert_eq!(trigger("customers", "customers_disabled").state, TriggerState::Disabled);
    assert_eq!(trigger("customers", "customers_truncate").state, TriggerState::Always);
    assert_eq!(trigger("happy", "happy_insert").timing, TriggerTiming::InsteadOf);
    assert!(trigger("orders", "orders_checked").constraint);
    assert!(!trigger("events", "events_touch").inherited);
    assert!(trigger("events_2025", "events_touch").inherited);
    assert_eq!(trigger("events", "events_touch").state, TriggerState::Origin);
    assert_eq!(trigger("events_2025", "events_touch").state, TriggerState::Disabled, "a partition's own state");
    let builtin = trigger("scratch", "scratch_unchanged");
    assert_eq!(builtin.function.schema, Some(Identifier::from("pg_catalog")));
    assert_eq!(catalog.of_kind(Kind::Trigger).filter(|(id, _)| id.name == "orders").count(), 1, "no internal triggers");
    assert_eq!(catalog.of_kind(Kind::Trigger).filter(|(id, _)| id.name == "event_notes_0").count(), 0);

    let event = get!(catalog, EventTrigger, ObjectId::global(Kind::EventTrigger, "shop_ddl"));
    assert_eq!((event.state, event.tags.len()), (TriggerState::Disabled, 2));
    let rule = get!(catalog, Rule, sub(Kind::Rule, "scratch", "scratch_no_delete"));
    assert_eq!((rule.event.as_str(), rule.instead), ("DELETE", true));
    assert_eq!(catalog.of_kind(Kind::Rule).count(), 2, "a view's own rule is the view");

    let policy = get!(catalog, Policy, sub(Kind::Policy, "orders", "read own"));
    assert_eq!(policy.command, PolicyCommand::Select);
    assert_eq!(policy.roles, names(&["pgmason_app", "pgmason_reader"]).into_iter().collect());
    let narrow = get!(catalog, Policy, sub(Kind::Policy, "orders", "narrow"));
    assert!(!narrow.permissive && narrow.roles.contains("public") && narrow.with_check.is_some());
    assert!(
        needs(&catalog, &sub(Kind::Policy, "orders", "read own")).contains("function shop.add(a integer, b integer)")
    );
}

#[test]
fn grants_and_default_privileges() {
    let database = Database::with_every_kind();
    let catalog = database.catalog();
    let grant = |of: ObjectId, to: &str| match catalog.get(&ObjectId::grant(of, to)) {
        Some(Object::Grant(grant)) => grant.privileges.clone(),
        other => panic!("{other:?}"),
    };
    let table = id(Kind::Table, "customers");
    let app = grant(table.clone(), "pgmason_app");
    assert_eq!(app.into_iter().collect::<Vec<_>>(), [("INSERT".to_owned(), true), ("SELECT".to_owned(), true)]);
    let column = grant(sub(Kind::Column, "customers", "name"), "pgmason_reader");
    assert_eq!(column.keys().collect::<Vec<_>>(), ["SELECT", "UPDATE"]);
    assert!(grant(sub(Kind::Column, "happy", "name"), "pgmason_reader").contains_key("SELECT"), "a view's column");
    let owner = grant(id(Kind::Table, "parent"), "pgmason_owner");
    assert!(owner.contains_key("TRUNCATE"), "what the owner may do by default is written out");
    assert!(grant(sub(Kind::Function, "pairs", ""), "public").contains_key("EXECUTE"), "so is the public's");
    let revoked = ObjectId::grant(sub(Kind::Function, "add", "a integer, b integer"), "public");
    assert!(catalog.get(&revoked).is_none());
    assert!(grant(ObjectId::global(Kind::ForeignServer, "far"), "pgmason_app").contains_key("USAGE"));
    assert!(grant(id(Kind::EnumType, "mood"), "pgmason_app").contains_key("USAGE"));

    let default = |schema: Option<&str>, role: &str, sub: &str| {
        let id = ObjectId {
            schema: schema.map(Identifier::from),
            sub: Some(Identifier::from(sub)),
            ..ObjectId::global(Kind::DefaultPrivilege, role)
        };
        get!(catalog, DefaultPrivilege, id).privileges.clone()
    };
    let superuser: String = database.client().query_one("SELECT current_user::text", &[]).unwrap().get(0);
    assert!(default(Some("shop"), &superuser, "table:pgmason_reader").contains_key("SELECT"));
    assert_eq!(default(None, &superuser, "sequence:pgmason_app").get("USAGE"), Some(&true));
    assert!(default(None, "pgmason_owner", "function:public").is_empty(), "what the public lost is said");
}

#[test]
fn comments_on_everything() {
    let catalog = Database::with_every_kind().catalog();
    let text = |of: ObjectId| get!(catalog, Comment, ObjectId::comment(of)).text.clone();
    assert_eq!(text(sub(Kind::Column, "customers", "name")), "As they wish to be called, it's theirs");
    assert_eq!(text(sub(Kind::Column, "happy", "name")), "Of the happy");
    assert_eq!(text(sub(Kind::Column, "address", "street")), "With the house number");
    assert_eq!(text(sub(Kind::Constraint, "customers", "customers_pkey")), "One row each");
    assert_eq!(text(sub(Kind::DomainConstraint, "email", "email_has_at")), "At least an at sign");
    assert_eq!(text(sub(Kind::Policy, "orders", "read own")), "Mine alone");
    let of: BTreeSet<Kind> = catalog.of_kind(Kind::Comment).filter_map(|(id, _)| Some(id.of.as_ref()?.kind)).collect();
    let without = [Kind::Default, Kind::DefaultPrivilege, Kind::Grant, Kind::UserMapping];
    for kind in EVERY_KIND.into_iter().filter(|kind| !without.contains(kind)) {
        assert!(of.contains(&kind), "no comment on a {}", kind.label());
    }
}

#[test]
fn no_secret_is_read() {
    let json = serde_json::to_string(&Database::with_every_kind().catalog()).unwrap();
    assert!(!json.contains("hunter2"));
    assert!(json.contains("api_key") && json.contains("option_names"));
}

#[test]
fn dependencies() {
    let catalog = Database::with_every_kind().catalog();
    let edges = |of: ObjectId| needs(&catalog, &of);
    let foreign_key = edges(sub(Kind::Constraint, "orders", "orders_customer_fkey"));
    assert!(foreign_key.contains("constraint shop.customers.customers_pkey"), "{foreign_key:?}");
    assert!(foreign_key.contains("column shop.orders.customer_id"), "{foreign_key:?}");
    let view = edges(id(Kind::View, "on_view"));
    assert!(view.contains("view shop.happy") && view.contains("function shop.add(a integer, b integer)"), "{view:?}");
    assert!(edges(id(Kind::View, "happy")).contains("column shop.customers.mood"));
    assert!(edges(sub(Kind::Trigger, "customers", "customers_touch")).contains("function shop.touch()"));
    assert!(edges(id(Kind::Index, "orders_part_state_key")).contains("constraint shop.orders.orders_part_state_key"));
    assert!(edges(id(Kind::Table, "events_2025")).contains("table shop.events"));
    assert!(edges(id(Kind::Table, "customers")).contains("schema shop"));
    assert!(edges(sub(Kind::Column, "customers", "moods")).contains("enum type shop.mood"));
    assert!(edges(ObjectId::global(Kind::Publication, "partly")).contains("table shop.customers"));
    assert!(edges(sub(Kind::OperatorClass, "mood_class", "btree")).contains("operator family shop.mood_family.btree"));
    assert!(catalog.dependencies.iter().all(|(dependent, needed)| dependent != needed));
    for (dependent, needed) in &catalog.dependencies {
        assert!(catalog.get(dependent).is_some(), "{dependent} is no object");
        assert!(catalog.get(needed).is_some(), "{needed} is no object");
    }
}

#[test]
fn kinds_without_a_model_are_listed() {
    let catalog = Database::with_every_kind().catalog();
    let found: BTreeSet<&str> = catalog.unmodelled.iter().map(|other| other.catalog.as_str()).collect();
    assert_eq!(found, BTreeSet::from(["pg_conversion", "pg_type"]));
}
