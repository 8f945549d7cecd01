//! Goes over a syntax tree once, and notes relations at once, columns for `resolve`, which needs the whole FROM clause.

use squawk_parser::SyntaxKind::{self, *};

use super::resolve::{Pending, Relation, Scope, ScopeKind, Written};
use super::tree::Tree;
use super::{Mention, Mentioned, TextContext};
use crate::ir::Span;
use crate::{Name, fold_identifier};

pub(super) struct Walk<'a> {
    pub(super) tree: &'a Tree<'a>,
    pub(super) scopes: Vec<Scope>,
    pub(super) pending: Vec<Pending>,
    pub(super) found: Vec<Mention>,
    /// Parameters, and variables of plpgsql: a bare name may be one of them.
    pub(super) variables: Vec<String>,
    /// A query takes all columns of something.
    pub(super) has_star: bool,
}

/// What is no expression in a SELECT around which the names of its output do not matter.
const OUTPUT_IS_UNNAMED: &[SyntaxKind] =
    &[INSERT, PAREN_EXPR, EXISTS_FN, ANY_FN, SOME_FN, ALL_FN, ARRAY_EXPR, ARG_LIST, ARG];

impl<'a> Walk<'a> {
    pub(super) fn new(tree: &'a Tree<'a>, variables: Vec<String>) -> Self {
        let scopes = vec![Scope::new(None, ScopeKind::Statement)];
        let has_star = tree
            .nodes
            .iter()
            .enumerate()
            .any(|(node, found)| found.kind == STAR && matches!(tree.parent_kind(node), Some(TARGET | FIELD_EXPR)));
        Self { tree, scopes, pending: Vec::new(), found: Vec::new(), variables, has_star }
    }

    fn open(&mut self, parent: Option<usize>, kind: ScopeKind) -> usize {
        self.scopes.push(Scope::new(parent, kind));
        self.scopes.len() - 1
    }

    pub(super) fn children(&mut self, node: usize, scope: usize) {
        for child in self.tree.nodes[node].children.clone() {
            self.visit(child, scope);
        }
    }

    pub(super) fn visit(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        match tree.kind(node) {
            SELECT | COMPOUND_SELECT | VALUES | TABLE => {
                let inner = self.open(Some(scope), ScopeKind::Query);
                self.children(node, inner);
            }
            INSERT | UPDATE | DELETE | MERGE => {
                let inner = self.open(Some(scope), ScopeKind::Change);
                self.children(node, inner);
            }
            CREATE_TRIGGER | CREATE_RULE => {
                self.scopes[scope].kind = ScopeKind::Row;
                self.children(node, scope);
            }
            WITH_TABLE => self.with_table(node, scope),
            RELATION_NAME_REF | TABLE_NAME_REF => self.relation(node, scope),
            // The name of what is made; the new name of RENAME TO is none yet.
            TABLE_NAME | VIEW | VIEW_REF if tree.parent_kind(node) != Some(TABLE_RENAME_TO) => {
                self.relation(node, scope)
            }
            PAREN_FROM_ITEM
            | FUNCTION_FROM_ITEM
            | EXPR_FROM_ITEM
            | ROWS_FROM_ITEM
            | JSON_TABLE_FROM_ITEM
            | XML_TABLE_FROM_ITEM
            | GRAPH_TABLE_FROM_ITEM => self.other_from_item(node, scope),
            FROM_ALIAS | OPTIONAL_AS_ALIAS | REQUIRED_AS_ALIAS | AS_NAME | TABLE_RENAME_TO | VIEW_RENAME_TO
            | COLUMN_DEF_LIST | COLUMN_LIST | AS_DEFINITION => {}
            REFERENCES_CONSTRAINT
            | LIKE_CLAUSE
            | INHERITS
            | PARTITION_OF
            | ATTACH_PARTITION
            | DETACH_PARTITION
            | INHERIT_TABLE
            | NO_INHERIT_TABLE
            | PUBLICATION_OBJECT_TABLE
            | TABLE_AND_COLUMNS => {
                let apart = self.open(None, ScopeKind::Statement);
                self.children(node, apart);
            }
            FOREIGN_KEY_CONSTRAINT => {
                let apart = self.open(None, ScopeKind::Statement);
                let mut into = scope;
                for child in tree.nodes[node].children.clone() {
                    if tree.kind(child) == TABLE_NAME_REF {
                        into = apart;
                    }
                    self.visit(child, into);
                }
            }
            NAME_REF => self.name(node, scope),
            FIELD_EXPR => self.field(node, scope),
            CALL_EXPR => {
                for (place, child) in tree.nodes[node].children.clone().into_iter().enumerate() {
                    if place > 0 || !matches!(tree.kind(child), NAME_REF | FIELD_EXPR) {
                        self.visit(child, scope);
                    }
                }
            }
            LOCKING_OF => {
                for child in tree.children(node).collect::<Vec<_>>() {
                    if tree.kind(child) == NAME_REF {
                        let written = Written::Qualifier(self.part(child));
                        self.later(scope, written, child);
                    }
                }
            }
            COLUMN_NAME_REF => {
                let name = self.part(node).0;
                let joined = tree.is_under(node, &[JOIN_USING_CLAUSE]);
                let written = if joined { Written::Joined(name) } else { Written::Target(name) };
                self.later(scope, written, node);
            }
            COLUMN_NAME => {
                if matches!(tree.parent_kind(node), Some(COLUMN | ADD_COLUMN | RENAME_COLUMN)) {
                    let written = Written::Target(self.part(node).0);
                    self.later(scope, written, node);
                }
            }
            QUALIFIED_COLUMN_NAME_REF | PERCENT_TYPE => self.column_path(node),
            PLPGSQL_PERCENT_ROWTYPE => {
                let (name, span) = self.path(node);
                self.note(Mentioned::Relation { name }, span, true);
            }
            // What a type is made with, `numeric(…)`, are no columns.
            PATH_TYPE => {
                if let Some(path) = tree.child(node, PATH_REF) {
                    let (name, span) = self.path(path);
                    self.note(Mentioned::Type { name }, span, true);
                }
            }
            PLPGSQL_ASSIGN_TARGET => self.assigned(node, scope),
            PLPGSQL_VAR_DECL => self.variable(node, scope),
            LITERAL => self.literal(node),
            _ => self.children(node, scope),
        }
    }

    pub(super) fn note(&mut self, what: Mentioned, span: Span, certain: bool) {
        self.found.push(Mention { what, span, certain });
    }

    fn later(&mut self, scope: usize, written: Written, node: usize) {
        let span = self.tree.nodes[node].span.clone();
        let output = self.is_output(node);
        self.pending.push(Pending { scope, written, span, output });
    }

    /// The column is all of an item of a SELECT's list or of RETURNING, without an alias.
    fn is_output(&self, node: usize) -> bool {
        let tree = self.tree;
        let Some(target) = tree.nodes[node].parent.filter(|parent| tree.kind(*parent) == TARGET) else { return false };
        if tree.child(target, AS_NAME).is_some() {
            return false;
        }
        let up = |node: usize| tree.nodes[node].parent;
        let Some(clause) = up(target).and_then(up) else { return false };
        match tree.kind(clause) {
            RETURNING_CLAUSE => true,
            SELECT_CLAUSE => {
                let around = up(clause).and_then(up).map(|node| tree.kind(node));
                around.is_none_or(|kind| !OUTPUT_IS_UNNAMED.contains(&kind))
            }
            _ => false,
        }
    }

    /// The identifiers under a node, folded, with their places: `public.emails` has two.
    fn parts(&self, node: usize) -> Vec<(String, Span)> {
        let tokens = self.tree.tokens(node).into_iter();
        tokens
            .filter(|token| !matches!(self.tree.kind(*token), DOT | STAR | PERCENT | ROWTYPE_KW | TYPE_KW | SETOF_KW))
            .map(|token| (fold_identifier(self.tree.text_of(token)), self.tree.nodes[token].span.clone()))
            .collect()
    }

    fn part(&self, node: usize) -> (String, Span) {
        self.parts(node).pop().unwrap_or_default()
    }

    fn path(&self, node: usize) -> (Name, Span) {
        let parts = self.parts(node);
        let parts = &parts[..parts.len().min(3)];
        named(parts)
    }

    fn relation(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        let (name, span) = self.path(node);
        let alias = self.alias_of(node);
        let is_with = name.schema.is_none() && self.is_with_name(&name.name, scope);
        if !is_with {
            self.note(Mentioned::Relation { name: name.clone() }, span, true);
        }
        if matches!(tree.kind(node), VIEW | VIEW_REF) {
            return;
        }
        let relation = Relation {
            alias: alias.clone().unwrap_or_else(|| name.name.clone()),
            aliased: alias.is_some(),
            name: (!is_with).then_some(name),
        };
        self.scopes[scope].relations.push(relation);
    }

    fn is_with_name(&self, name: &str, scope: usize) -> bool {
        let chain = std::iter::successors(Some(scope), |scope| self.scopes[*scope].parent);
        chain.into_iter().any(|scope| self.scopes[scope].with_names.iter().any(|known| known == name))
    }

    fn alias_of(&self, node: usize) -> Option<String> {
        let tree = self.tree;
        let mut holder = tree.nodes[node].parent?;
        if matches!(tree.kind(holder), RELATION_NAME | TABLE_RELATION_NAME) {
            holder = tree.nodes[holder].parent?;
        }
        let kinds = [FROM_ALIAS, OPTIONAL_AS_ALIAS, REQUIRED_AS_ALIAS];
        let alias = tree.children(holder).find(|child| kinds.contains(&tree.kind(*child)))?;
        Some(self.part(tree.child(alias, TABLE_ALIAS)?).0)
    }

    fn other_from_item(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        self.children(node, scope);
        let alias = tree.child(node, FROM_ALIAS).and_then(|alias| tree.child(alias, TABLE_ALIAS));
        // A join in parentheses is no relation of its own.
        if alias.is_some() || tree.kind(node) != PAREN_FROM_ITEM || tree.child(node, PAREN_SELECT).is_some() {
            let alias = alias.map(|alias| self.part(alias).0).unwrap_or_default();
            self.scopes[scope].relations.push(Relation { alias, aliased: true, name: None });
        }
    }

    /// A part of WITH sees itself only where it is recursive.
    fn with_table(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        let clause = tree.nodes[node].parent;
        let recursive = clause.is_some_and(|clause| tree.child(clause, RECURSIVE_KW).is_some());
        let name = tree.child(node, CTE_NAME).map(|name| self.part(name).0);
        let statement = clause.and_then(|clause| tree.nodes[clause].parent);
        // WITH stands in the first SELECT of a UNION, and holds for all of them.
        let compound = statement.and_then(|statement| tree.parent_kind(statement)) == Some(COMPOUND_SELECT);
        let holder = if compound { self.scopes[scope].parent.unwrap_or(scope) } else { scope };
        if recursive {
            self.scopes[holder].with_names.extend(name.clone());
        }
        let inner = self.open(Some(scope), ScopeKind::Statement);
        self.children(node, inner);
        if !recursive {
            self.scopes[holder].with_names.extend(name);
        }
    }

    fn name(&mut self, node: usize, scope: usize) {
        let parts = self.parts(node);
        if let [(name, _)] = parts.as_slice() {
            self.later(scope, Written::Bare(name.clone()), node);
        }
    }

    /// `a.b`, `a.b.c`, `a.*`, `(expression).b`.
    fn field(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        let is_plain = tree.tokens(node).iter().all(|token| {
            tree.nodes[*token].parent.is_some_and(|parent| matches!(tree.kind(parent), NAME_REF | FIELD_EXPR))
        });
        if !is_plain {
            // The field of a value: its table is not told.
            for child in tree.children(node).collect::<Vec<_>>() {
                if tree.kind(child) == NAME_REF {
                    let written = Written::Field(self.part(child).0);
                    self.later(scope, written, child);
                } else {
                    self.visit(child, scope);
                }
            }
            return;
        }
        let mut parts = self.parts(node);
        let star = tree.tokens(node).last().is_some_and(|token| tree.kind(*token) == STAR);
        let column = if star { None } else { parts.pop() };
        let written = match (parts.as_slice(), column) {
            ([qualifier], None) => Written::Qualifier(qualifier.clone()),
            ([qualifier], Some(column)) => Written::Qualified(qualifier.clone(), column),
            ([_, .., _], column) => {
                let (name, span) = named(&parts);
                Written::Whole(name, span, column)
            }
            ([], _) => return,
        };
        self.later(scope, written, node);
    }

    /// `[schema.]table.column`.
    fn column_path(&mut self, node: usize) {
        let mut parts = self.parts(node);
        let Some((column, span)) = parts.pop() else { return };
        if parts.is_empty() {
            return;
        }
        let (name, table_span) = named(&parts);
        self.note(Mentioned::Relation { name: name.clone() }, table_span, true);
        self.note(Mentioned::Column { name: column, of: vec![name], output: false, joined: false }, span, true);
    }

    /// `NEW.subject := …`
    fn assigned(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        let variable = tree.child(node, PLPGSQL_VAR_NAME_REF);
        let field = tree.child(node, FIELD_ACCESSOR).and_then(|field| tree.child(field, COMPOSITE_FIELD_REF));
        if let (Some(variable), Some(field)) = (variable, field) {
            let written = Written::Qualified(self.part(variable), self.part(field));
            self.later(scope, written, field);
        }
        self.children(node, scope);
    }

    /// `r emails%ROWTYPE`, `r emails`: `r` has the table's columns.
    fn variable(&mut self, node: usize, scope: usize) {
        let tree = self.tree;
        let name = tree.child(node, PLPGSQL_VAR_NAME).map(|name| self.part(name).0).unwrap_or_default();
        let rows = tree.children(node).find(|child| matches!(tree.kind(*child), PLPGSQL_PERCENT_ROWTYPE | PATH_TYPE));
        if let Some(rows) = rows {
            let table = self.path(rows).0;
            self.scopes[scope].variables.push(Relation { alias: name.clone(), aliased: true, name: Some(table) });
        }
        self.variables.push(name);
        self.children(node, scope);
    }

    fn literal(&mut self, node: usize) {
        let tree = self.tree;
        let Some(token) = tree.children(node).next() else { return };
        let text = tree.text_of(token);
        let (open, close) = match tree.kind(token) {
            STRING => (1, 1),
            DOLLAR_QUOTED_STRING => {
                let Some(length) = text.get(1..).and_then(|rest| rest.find('$')) else { return };
                (length + 2, length + 2)
            }
            _ => return,
        };
        let Some(value) = text.get(open..text.len().saturating_sub(close)) else { return };
        if tree.kind(token) == STRING && value.contains('\'') {
            return;
        }
        let start = tree.nodes[token].span.start + open;
        let context = self.context_of(node);
        let span = start..start + value.len();
        self.note(Mentioned::Text { value: value.to_owned(), context }, span, true);
    }

    fn context_of(&self, node: usize) -> TextContext {
        let tree = self.tree;
        let up = |node: usize| tree.nodes[node].parent;
        let Some(parent) = up(node) else { return TextContext::Alone };
        match tree.kind(parent) {
            CAST_EXPR => match tree.child(parent, PATH_TYPE) {
                Some(data_type) => TextContext::Cast(self.path(data_type).0),
                None => TextContext::Alone,
            },
            VARIANT | ADD_VALUE | RENAME_VALUE | AFTER_VALUE | BEFORE_VALUE => {
                let statement = std::iter::successors(Some(parent), |node| up(*node))
                    .find(|node| matches!(tree.kind(*node), CREATE_TYPE | ALTER_TYPE));
                let name =
                    statement.and_then(|node| tree.child(node, TYPE_NAME).or_else(|| tree.child(node, TYPE_NAME_REF)));
                name.map_or(TextContext::Alone, |name| TextContext::Cast(self.path(name).0))
            }
            ARG => {
                let call = up(parent).and_then(up);
                let callee = call.and_then(|call| tree.children(call).next());
                callee.map_or(TextContext::Alone, |callee| TextContext::Argument(self.part(callee).0))
            }
            BIN_EXPR | PAREN_EXPR | TUPLE_EXPR | ROW_LIST => {
                let mut around = parent;
                while tree.kind(around) != BIN_EXPR {
                    match up(around).filter(|next| matches!(tree.kind(*next), BIN_EXPR | PAREN_EXPR | TUPLE_EXPR)) {
                        Some(next) => around = next,
                        None => return TextContext::Alone,
                    }
                }
                let column = tree.children(around).find(|child| matches!(tree.kind(*child), NAME_REF | FIELD_EXPR));
                column.map_or(TextContext::Alone, |column| TextContext::Compared(self.part(column).0))
            }
            _ => TextContext::Alone,
        }
    }
}

/// A name of two or three parts with its whole place.
fn named(parts: &[(String, Span)]) -> (Name, Span) {
    match parts {
        [.., (schema, start), (name, end)] => (Name::qualified(schema, name), start.start..end.end),
        [(name, span)] => (Name::new(name), span.clone()),
        [] => (Name::default(), 0..0),
    }
}
