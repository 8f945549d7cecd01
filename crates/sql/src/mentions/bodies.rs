//! Statements with the bodies that they define: SQL in plpgsql is read by the grammar of SQL, the rest by that of plpgsql.

use super::resolve::resolve;
use super::tree::{self, Tree};
use super::walk::Walk;
use super::{Mention, Mentions};
use crate::ir::{Body, StatementKind};
use crate::plpgsql::{Origin, scan_body};
use crate::read::{is_too_deep, tokens};
use crate::split::{PieceKind, split};
use squawk_parser::SyntaxKind;

/// More is generated text, or rows.
const LONGEST: usize = 1 << 20;

/// What one statement mentions, its body of plpgsql or SQL included.
pub fn mentions_in_statement(sql: &str) -> Mentions {
    let Some(tree) = read(sql, false) else { return Mentions::default() };
    let parameters = parameters(&tree);
    let mut all = walk(&tree, Vec::new());
    if !sql.contains(['$', '\'']) && !sql.to_ascii_lowercase().contains("atomic") {
        return all;
    }
    let statement = crate::parse_statement(sql);
    let (language, body) = match &statement.kind {
        StatementKind::CreateFunction(function) if !function.sql_standard_body => {
            (function.language.as_deref(), function.body.as_ref())
        }
        StatementKind::Do(block) => (Some(block.language.as_str()), Some(&block.body)),
        _ => (None, None),
    };
    let (Some(language), Some(Body { text, span, verbatim: true })) = (language, body) else { return all };
    // The text of the body is no constant to look at.
    all.found.retain(|mention| mention.span != *span);
    match in_body(language, text, parameters) {
        Some(inside) => {
            all.complete &= inside.complete;
            all.found.extend(moved(inside.found, span.start));
        }
        None => all.complete = false,
    }
    all
}

/// What a function's body mentions, given as the catalog has it. None for languages that are not looked into.
pub fn mentions_in_body(language: &str, body: &str) -> Option<Mentions> {
    in_body(language, body, Vec::new())
}

fn in_body(language: &str, body: &str, variables: Vec<String>) -> Option<Mentions> {
    match language {
        "sql" => Some(in_sql_body(body, variables)),
        "plpgsql" => Some(in_plpgsql(body, variables)),
        _ => None,
    }
}

fn in_sql_body(body: &str, variables: Vec<String>) -> Mentions {
    let mut all = Mentions { found: Vec::new(), complete: true };
    for piece in split(body).pieces.into_iter().filter(|piece| piece.kind == PieceKind::Statement) {
        let text = body.get(piece.span.clone()).unwrap_or("");
        match read(text, false) {
            Some(tree) => {
                let inside = walk(&tree, variables.clone());
                all.complete &= inside.complete;
                all.found.extend(moved(inside.found, piece.span.start));
            }
            None => all.complete = false,
        }
    }
    all
}

/// squawk's plpgsql does not know SQL statements yet: they are read on their own, and `NULL` stands in for them.
fn in_plpgsql(body: &str, mut variables: Vec<String>) -> Mentions {
    let Some(scan) = scan_body("plpgsql", body) else { return Mentions::default() };
    let mut rest = body.as_bytes().to_vec();
    let mut statements = Vec::new();
    for embedded in scan.statements.iter().filter(|embedded| embedded.origin == Origin::Static) {
        let (Some(text), true) = (&embedded.text, embedded.span.len() >= 4) else { continue };
        if text.len() != embedded.span.len() || embedded.span.end > rest.len() {
            continue;
        }
        for (place, byte) in rest[embedded.span.clone()].iter_mut().enumerate() {
            if *byte != b'\n' {
                *byte = *b"NULL".get(place).unwrap_or(&b' ');
            }
        }
        statements.push((text.as_str(), embedded.span.start));
    }
    let rest = String::from_utf8(rest).unwrap_or_default();
    let mut all = Mentions { found: Vec::new(), complete: scan.gave_up_at.is_none() };
    let Some(frame) = read(&rest, true) else { return Mentions::default() };
    all.complete &= frame.complete;
    let mut walked = Walk::new(&frame, std::mem::take(&mut variables));
    walked.visit(0, 0);
    let variables = walked.variables.clone();
    let rows = std::mem::take(&mut walked.scopes[0].variables);
    walked.scopes[0].variables = rows.iter().map(copy).collect();
    all.found.extend(resolve(walked));
    for (text, start) in statements {
        let Some(tree) = read(text, false) else {
            all.complete = false;
            continue;
        };
        all.complete &= tree.complete;
        let mut walked = Walk::new(&tree, variables.clone());
        walked.scopes[0].variables = rows.iter().map(copy).collect();
        walked.visit(0, 0);
        all.found.extend(moved(resolve(walked), start));
    }
    all.found.sort_by_key(|mention| (mention.span.start, mention.span.end));
    all
}

fn copy(relation: &super::resolve::Relation) -> super::resolve::Relation {
    super::resolve::Relation { alias: relation.alias.clone(), aliased: relation.aliased, name: relation.name.clone() }
}

fn read(text: &str, plpgsql: bool) -> Option<Tree<'_>> {
    if text.len() > LONGEST || is_too_deep(text, &tokens(text)) {
        return None;
    }
    tree::tree(text, plpgsql)
}

fn walk(tree: &Tree<'_>, variables: Vec<String>) -> Mentions {
    let mut walked = Walk::new(tree, variables);
    if !tree.nodes.is_empty() {
        walked.visit(0, 0);
    }
    Mentions { found: resolve(walked), complete: tree.complete }
}

fn moved(mentions: Vec<Mention>, by: usize) -> impl Iterator<Item = Mention> {
    mentions.into_iter().map(move |mention| {
        let span = mention.span.start + by..mention.span.end + by;
        Mention { span, ..mention }
    })
}

/// The names of a function's parameters.
fn parameters(tree: &Tree<'_>) -> Vec<String> {
    let names = (0..tree.nodes.len()).filter(|node| tree.kind(*node) == SyntaxKind::PARAM_NAME);
    names.map(|node| crate::fold_identifier(tree.text_of(node))).collect()
}
