//! The fixed list of queries, in the order in which their rows are decoded: owners before what they own.

use super::builder::Builder;
use super::row::Row;
use super::*;

/// One `.sql` file and what turns a row of its answer into objects.
pub(super) struct Query {
    /// What it reads, as a person says it.
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    pub(super) decode: fn(&Row<'_>, &mut Builder) -> Result<(), IntrospectError>,
    pub(super) needs: Needs,
}

/// Without what a query is not asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// Counters are wanted.
    Statistics,
    /// The role may read the connections of subscriptions. To be refused would cost a second snapshot.
    SubscriptionConnections,
}

impl Query {
    pub(super) fn is_wanted(&self, options: &IntrospectOptions, session: snapshot::Session) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Statistics => options.statistics,
            Needs::SubscriptionConnections => session.reads_subscription_connections,
        }
    }
}

const fn query(
    name: &'static str,
    sql: &'static str,
    decode: fn(&Row<'_>, &mut Builder) -> Result<(), IntrospectError>,
) -> Query {
    Query { name, sql, decode, needs: Needs::Nothing }
}

const fn statistics_query(
    name: &'static str,
    sql: &'static str,
    decode: fn(&Row<'_>, &mut Builder) -> Result<(), IntrospectError>,
) -> Query {
    Query { name, sql, decode, needs: Needs::Statistics }
}

pub(super) static QUERIES: &[Query] = &[
    query("roles", include_str!("roles.sql"), roles::decode),
    query("schemas", include_str!("schemas.sql"), schemas::decode),
    query("extensions", include_str!("extensions.sql"), extensions::decode),
    query("extension members", include_str!("extension_members.sql"), extension_members::decode),
    query("collations", include_str!("collations.sql"), collations::decode),
    query("types", include_str!("types.sql"), types::decode),
    query("tables", include_str!("tables.sql"), tables::decode),
    query("columns", include_str!("columns.sql"), columns::decode),
    query("sequences", include_str!("sequences.sql"), sequences::decode),
    query("views", include_str!("views.sql"), views::decode),
    query("functions", include_str!("functions.sql"), functions::decode),
    query("operator classes", include_str!("operator_classes.sql"), operator_classes::decode),
    query("operator families", include_str!("operator_families.sql"), operator_families::decode),
    query("operators", include_str!("operators.sql"), operators::decode),
    query("casts", include_str!("casts.sql"), casts::decode),
    query("constraints", include_str!("constraints.sql"), constraints::decode),
    query("domain constraints", include_str!("domain_constraints.sql"), domain_constraints::decode),
    query("indexes", include_str!("indexes.sql"), indexes::decode),
    query("triggers", include_str!("triggers.sql"), triggers::decode),
    query("event triggers", include_str!("event_triggers.sql"), event_triggers::decode),
    query("rules", include_str!("rules.sql"), rules::decode),
    query("policies", include_str!("policies.sql"), policies::decode),
    query("publications", include_str!("publications.sql"), publications::decode),
    query("publication tables", include_str!("publication_tables.sql"), publication_tables::decode),
    query("subscriptions", include_str!("subscriptions.sql"), subscriptions::decode),
    Query {
        name: "connections of subscriptions",
        sql: include_str!("subscription_connections.sql"),
        decode: subscriptions::decode_connection,
        needs: Needs::SubscriptionConnections,
    },
    query("text search dictionaries", include_str!("text_search_dictionaries.sql"), text_search_dictionaries::decode),
    query(
        "text search configurations",
        include_str!("text_search_configurations.sql"),
        text_search_configurations::decode,
    ),
    query("extended statistics", include_str!("extended_statistics.sql"), extended_statistics::decode),
    query("foreign-data wrappers", include_str!("foreign_data_wrappers.sql"), foreign_data_wrappers::decode),
    query("foreign servers", include_str!("foreign_servers.sql"), foreign_servers::decode),
    query("user mappings", include_str!("user_mappings.sql"), user_mappings::decode),
    query("grants", include_str!("grants.sql"), grants::decode),
    query("default privileges", include_str!("default_privileges.sql"), default_privileges::decode),
    query("comments", include_str!("comments.sql"), comments::decode),
    query("unmodelled objects", include_str!("unmodelled.sql"), unmodelled::decode),
    query("dependencies", include_str!("dependencies.sql"), dependencies::decode),
    statistics_query("database statistics", include_str!("statistics_database.sql"), statistics::decode_database),
    statistics_query("table statistics", include_str!("statistics_tables.sql"), statistics::decode_table),
    statistics_query("index statistics", include_str!("statistics_indexes.sql"), statistics::decode_index),
    statistics_query("sequence statistics", include_str!("statistics_sequences.sql"), statistics::decode_sequence),
];
