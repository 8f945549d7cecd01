//! Rust, as the compiler's tokens: SQL in strings of sqlx and the drivers, and the macros and attributes of the ORMs.
//!
//! Names of tables are names of modules to Diesel: they are taken where a path or a macro shows that they are.

use std::ops::Range;

use pgmason_sql::Name;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::finder::Finder;
use super::{Grade, embedded};

/// Functions and macros that take SQL.
const TAKES_SQL: &[&str] = &[
    "query",
    "query_as",
    "query_scalar",
    "query_unchecked",
    "query_as_unchecked",
    "query_scalar_unchecked",
    "query_with",
    "query_as_with",
    "raw_sql",
    "sql_query",
    "sql",
    "execute",
    "execute_unprepared",
    "batch_execute",
    "simple_query",
    "prepare",
    "prepare_cached",
    "prepare_typed",
    "query_one",
    "query_opt",
    "query_raw",
    "query_typed",
    "fetch_all",
    "fetch_one",
    "fetch_optional",
    "from_string",
    "from_sql_and_values",
    "QueryBuilder",
    "new",
    "push",
];

/// Macros of Diesel whose bare words are tables.
const TAKES_TABLES: &[&str] =
    &["joinable", "allow_tables_to_appear_in_same_query", "allow_columns_to_appear_in_same_group_by_clause"];

pub(super) fn find(finder: &mut Finder<'_>) -> Result<(), String> {
    let text = finder.text;
    let tokens = text.parse::<TokenStream>().map_err(|error| error.to_string())?;
    let mut reader = Rust { finder, diesel: text.contains("diesel") || text.contains("schema::") };
    reader.tokens(tokens, None, 0);
    // Places of tokens are kept for the whole thread.
    proc_macro2::extra::invalidate_current_thread_spans();
    Ok(())
}

struct Rust<'f, 't> {
    finder: &'f mut Finder<'t>,
    diesel: bool,
}

/// Deeper groups are made by programs.
const DEEPEST: usize = 200;

impl Rust<'_, '_> {
    fn tokens(&mut self, tokens: TokenStream, called: Option<&str>, depth: usize) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        if depth > DEEPEST {
            return;
        }
        // The word before a parenthesis, generics and `!` left out: `query_as::<_, User>(`.
        let (mut word, mut angles) = (None::<String>, 0i32);
        for (place, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(ident) => {
                    if angles <= 0 {
                        word = Some(ident.to_string());
                    }
                    self.path(&tokens, place);
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    '<' => angles += 1,
                    // `->` and `=>` close nothing.
                    '>' if angles > 0 => angles -= 1,
                    ';' => {
                        word = None;
                        angles = 0;
                    }
                    ',' | '=' if angles <= 0 => word = None,
                    _ => {}
                },
                TokenTree::Literal(literal) => self.literal(literal.span().byte_range(), called),
                TokenTree::Group(group) => {
                    let is_macro = matches!(&tokens.get(place.wrapping_sub(1)), Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
                    self.group(group, word.as_deref(), is_macro, depth);
                    if group.delimiter() == Delimiter::Brace {
                        word = None;
                    }
                }
            }
        }
    }

    fn group(&mut self, group: &Group, word: Option<&str>, is_macro: bool, depth: usize) {
        let word = word.unwrap_or("");
        if is_macro && word == "table" && group.delimiter() == Delimiter::Brace {
            self.diesel_table(group);
        } else if is_macro && TAKES_TABLES.contains(&word) {
            for token in group.stream() {
                if let TokenTree::Ident(ident) = token {
                    let name = Name::new(ident.to_string());
                    self.finder.text_table(ident.span().byte_range(), &name, Grade::Sure, "diesel macro");
                }
            }
        } else if group.delimiter() == Delimiter::Parenthesis && matches!(word, "diesel" | "sea_orm") {
            self.attribute(group, word);
        }
        let called = (group.delimiter() == Delimiter::Parenthesis && TAKES_SQL.contains(&word)).then_some(word);
        self.tokens(group.stream(), called, depth + 1);
    }

    /// `table! { chat.emails (id) { id -> Integer, subject -> Text, } }`
    fn diesel_table(&mut self, group: &Group) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut names: Vec<(String, Range<usize>)> = Vec::new();
        for token in &tokens {
            match token {
                TokenTree::Ident(ident) => names.push((ident.to_string(), ident.span().byte_range())),
                TokenTree::Group(inner) if inner.delimiter() == Delimiter::Brace => {
                    let Some((name, span)) = names.pop() else { continue };
                    // A schema has a dot behind it; `use` lines end before.
                    let schema = names.pop().filter(|(_, place)| self.finder.text[place.end..span.start].trim() == ".");
                    let table = Name { schema: schema.map(|(schema, _)| schema), name };
                    self.finder.text_table(span, &table, Grade::Sure, "diesel table");
                    self.diesel_columns(inner, &table);
                    names.clear();
                }
                _ => {}
            }
        }
    }

    fn diesel_columns(&mut self, group: &Group, table: &Name) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for (place, token) in tokens.iter().enumerate() {
            let TokenTree::Ident(ident) = token else { continue };
            let arrow = matches!(&tokens.get(place + 1), Some(TokenTree::Punct(punct)) if punct.as_char() == '-');
            if arrow {
                let name = ident.to_string();
                self.finder.text_column(ident.span().byte_range(), table, &name, Grade::Sure, "diesel table", |new| {
                    new.as_str().to_owned()
                });
            }
        }
    }

    /// `#[diesel(table_name = emails)]`, `#[sea_orm(table_name = "emails")]`
    fn attribute(&mut self, group: &Group, orm: &str) {
        let kind = if orm == "diesel" { "diesel attribute" } else { "sea-orm attribute" };
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for (place, token) in tokens.iter().enumerate() {
            let TokenTree::Ident(ident) = token else { continue };
            if ident != "table_name" {
                continue;
            }
            match tokens.get(place + 2) {
                // The last word of a path: `crate::schema::emails`.
                Some(TokenTree::Ident(_)) => {
                    let path = tokens[place + 2..].iter().take_while(|token| !is_punct(token, ','));
                    let last = path
                        .filter_map(|token| if let TokenTree::Ident(ident) = token { Some(ident) } else { None })
                        .last();
                    if let Some(last) = last {
                        let name = Name::new(last.to_string());
                        self.finder.text_table(last.span().byte_range(), &name, Grade::Sure, kind);
                    }
                }
                Some(TokenTree::Literal(literal)) => {
                    if let Some(inside) = inside(self.finder.text, literal.span().byte_range()) {
                        let name = Name::new(&self.finder.text[inside.clone()]);
                        self.finder.text_table(inside, &name, Grade::Sure, kind);
                    }
                }
                _ => {}
            }
        }
    }

    /// `schema::emails` is Diesel's module; `emails::table`, `emails::dsl` and `emails::subject` likely are.
    fn path(&mut self, tokens: &[TokenTree], place: usize) {
        let TokenTree::Ident(ident) = &tokens[place] else { return };
        if !self.diesel {
            return;
        }
        let name = Name::new(ident.to_string());
        let before = place >= 3
            && is_punct(&tokens[place - 1], ':')
            && matches!(&tokens[place - 3], TokenTree::Ident(ident) if ident == "schema");
        let after = matches!(tokens.get(place + 1..place + 3), Some([one, other]) if is_punct(one, ':') && is_punct(other, ':'));
        if before {
            self.finder.text_table(ident.span().byte_range(), &name, Grade::Sure, "diesel module");
        } else if after && self.finder.names.table(&name).is_some() {
            self.finder.text_table(ident.span().byte_range(), &name, Grade::Likely, "diesel module");
            if let Some(TokenTree::Ident(member)) = tokens.get(place + 3) {
                let column = member.to_string();
                self.finder.text_column(
                    member.span().byte_range(),
                    &name,
                    &column,
                    Grade::Likely,
                    "diesel column",
                    |new| new.as_str().to_owned(),
                );
            }
        } else if after && let Some(TokenTree::Ident(member)) = tokens.get(place + 3) {
            let column = member.to_string();
            self.finder.text_column(
                member.span().byte_range(),
                &name,
                &column,
                Grade::Likely,
                "diesel column",
                |new| new.as_str().to_owned(),
            );
        }
    }

    fn literal(&mut self, span: Range<usize>, called: Option<&str>) {
        let Some(inside) = inside(self.finder.text, span.clone()) else { return };
        let quote = self.finder.text[span].starts_with('"').then_some('"');
        let is_sql = embedded::looks_like_sql(&self.finder.text[inside.clone()]);
        match called {
            Some(_) if is_sql => embedded::sql(self.finder, &[inside], &[], quote, "sql in a query"),
            _ => embedded::maybe_sql(self.finder, &[inside], &[], quote, "sql in a string"),
        }
    }
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The inside of `"…"`, `r"…"`, `r#"…"#`; None for other literals.
fn inside(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let literal = text.get(span.clone())?;
    let open = literal.find('"')?;
    let hashes = match &literal[..open] {
        "" => 0,
        prefix if prefix.starts_with('r') && prefix[1..].bytes().all(|byte| byte == b'#') => prefix.len() - 1,
        _ => return None,
    };
    let end = literal.len().checked_sub(1 + hashes)?;
    (open < end).then(|| span.start + open + 1..span.start + end)
}
