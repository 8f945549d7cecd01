//! The splitter: pieces tile any text, nothing panics, and each hard case ends where psql ends it.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests stand outside #[test].

use pgmason_sql::split::{PieceKind, Split, Unterminated, split};
use pgmason_sql::{ignore, parse_statement, plpgsql};
use proptest::prelude::*;

fn tiles(text: &str) -> Split {
    let found = split(text);
    let mut at = 0;
    let mut line = 0;
    for piece in &found.pieces {
        assert_eq!(piece.full.start, at);
        assert!(piece.full.start <= piece.span.start && piece.span.end <= piece.full.end, "{piece:?}");
        assert!(piece.line >= line);
        assert_eq!(piece.line, 1 + text[..piece.span.start].matches('\n').count() as u32);
        assert!(text.is_char_boundary(piece.span.start) && text.is_char_boundary(piece.span.end));
        for comment in &piece.comments {
            assert!(comment.start >= piece.full.start && comment.end <= piece.span.start);
        }
        at = piece.full.end;
        line = piece.line;
    }
    assert_eq!(found.trailing, at..text.len());
    found
}

fn statements(text: &str) -> Vec<&str> {
    tiles(text).pieces.iter().map(|piece| &text[piece.span.clone()]).collect()
}

#[test]
fn quotes_hide_semicolons() {
    assert_eq!(
        statements(
            "select ';'; select E'\\';'; select \";\"; select $$;$$; select $a$ $b$; $a$; select a$b$c; /* ; /* ; */ ; */ select 1 -- ;\n; select U&'\\';'"
        ),
        [
            "select ';'",
            "select E'\\';'",
            "select \";\"",
            "select $$;$$",
            "select $a$ $b$; $a$",
            "select a$b$c",
            "select 1",
            "select U&'\\'",
            "'"
        ]
    );
}

#[test]
fn bodies_and_rules_keep_their_semicolons() {
    let atomic = "create or replace function f() returns int begin atomic select case when 1 then 2 end; select (select case 1 when 1 then 1 end); end";
    assert_eq!(statements(&format!("{atomic}; select 1")), [atomic, "select 1"]);
    let rule = "create or replace rule r as on insert to t do also (select 1; select 2)";
    assert_eq!(statements(&format!("{rule};begin;commit;end;")), [rule, "begin", "commit", "end"]);
    // An unclosed parenthesis does not swallow the rest of the file.
    assert_eq!(statements("create table t (a int; select 1;").len(), 2);
}

#[test]
fn psql_is_understood() {
    let text = "\\set x 1\nselect 1 \\gexec\nselect 2 \\; select 3;\n\\i 'a b.sql' \\\\ select 4;\ncopy t (a) from stdin;\n1\t;'\n\\.\nselect 5;";
    let found = tiles(text);
    let kinds: Vec<String> = found
        .pieces
        .iter()
        .map(|piece| match &piece.kind {
            PieceKind::Statement => text[piece.span.clone()].to_owned(),
            PieceKind::MetaCommand { name, arguments } => format!("\\{name}|{arguments}"),
            PieceKind::CopyData => format!("data {:?}", &text[piece.span.clone()]),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "\\set|x 1",
            "select 1",
            "\\gexec|",
            "select 2",
            "select 3",
            "\\i|'a b.sql'",
            "select 4",
            "copy t (a) from stdin",
            "data \"1\\t;'\\n\"",
            "select 5"
        ]
    );
    assert_eq!(found.problems, []);
    assert_eq!(statements("copy (select * from stdin) to stdout; select 1;").len(), 2);
}

#[test]
fn odd_files() {
    assert_eq!(statements(""), Vec::<&str>::new());
    assert_eq!(statements(" ;;-- c\n;"), Vec::<&str>::new());
    let windows = "\u{feff}-- c\r\nselect 1;\r\n\r\nselect 2\r\n";
    assert_eq!(statements(windows), ["select 1", "select 2"]);
    assert_eq!(tiles(windows).pieces[0].comments.len(), 1);
    assert_eq!(tiles(windows).pieces[1].line, 4);
}

#[test]
fn what_never_ends_is_reported() {
    for (text, what, line) in [
        ("select 1;\nselect 'a;\nb", Unterminated::Quote, 2),
        ("select E'a\\';", Unterminated::Quote, 1),
        ("\nselect \"a;", Unterminated::QuotedIdentifier, 2),
        ("select $a$ $b$;", Unterminated::DollarQuote, 1),
        ("select 1;\n/* a /* b */ ;", Unterminated::Comment, 2),
        ("create function f() begin atomic select 1;", Unterminated::AtomicBody, 1),
        ("copy t from stdin;\n1\n", Unterminated::CopyData, 1),
    ] {
        let found = tiles(text);
        assert_eq!((found.problems[0].what, found.problems[0].line), (what, line), "{text}");
        assert_eq!(found.problems.len(), 1);
    }
}

#[test]
fn deep_and_long_statements_are_survived() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("case when ", ""),
        ("not ", ""),
        ("- ", ""),
        ("select (", ")"),
        ("/*", "*/"),
        ("array[", "]"),
        ("x and (", ")"),
        ("a join ", ""),
        ("select 1 union ", ""),
        ("with a as (", ")"),
        ("explain ", ""),
        ("1::", ""),
        ("a.", ""),
        ("begin ", ""),
        ("exists ", ""),
        ("a = ", ""),
        ("+", ""),
        ("a -> ", ""),
        ("a is null or ", ""),
        ("between 1 and ", ""),
        ("interval ", ""),
        ("distinct ", ""),
        ("a collate ", ""),
    ] {
        let text = format!("select {}1{}", open.repeat(4_000), close.repeat(4_000));
        let _ = parse_statement(&text);
        tiles(&text);
        let _ = plpgsql::scan_body("plpgsql", &format!("begin {text}; end"));
        let _ = pgmason_sql::types::default_volatility(&text);
        for head in [
            "select * from ",
            "create table t (a int default ",
            "",
            "create view v as ",
            "alter table t add check (",
            "create table t (a ",
        ] {
            let _ = parse_statement(&format!("{head}{}", open.repeat(2_000)));
        }
    }
}

fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "select ",
        "create ",
        "function ",
        "or ",
        "replace ",
        "begin ",
        "atomic ",
        "end",
        "case ",
        "rule ",
        "(",
        ")",
        ";",
        "'",
        "\"",
        "$$",
        "$a$",
        "$1",
        "E'",
        "U&'",
        "\\",
        "\\.\n",
        "\\g",
        "--",
        "\n",
        "\r\n",
        "/*",
        "*/",
        "copy t from stdin",
        "table ",
        "t ",
        "alter ",
        "add ",
        "column ",
        "if ",
        "then ",
        "loop ",
        "for ",
        "in ",
        "declare ",
        "exception ",
        "when ",
        ":=",
        ":",
        "::",
        ",",
        ".",
        "..",
        "[",
        "]",
        "ä",
        "\u{feff}",
        "%",
        "1.5e3",
        "insert into ",
        "values ",
        "with ",
        "as ",
        "policy ",
        "trigger ",
        "on ",
        "grant ",
        "to ",
        "set ",
        "default ",
        "not null ",
        "primary key ",
        "references ",
        "execute ",
        "format(",
        "perform ",
        "return query ",
        "into ",
        "-- pgmason: ignore x\n",
        "index ",
        "view ",
        "type ",
        "enum ",
        "drop ",
        "comment ",
        "is ",
        "do ",
        "language ",
        "check ",
        "using ",
        "partition ",
        "of ",
        "by ",
        "by default ",
        "generated ",
        "always ",
        "identity ",
        "constraint ",
        "foreign key ",
        "int",
        "array",
        "with time zone",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_fragments_tile_and_read(text in fragments()) {
        let found = tiles(&text);
        ignore::ignores(&text, &found.pieces);
        for piece in &found.pieces {
            let statement = parse_statement(&text[piece.span.clone()]);
            let _ = plpgsql::scan_statement(&statement);
        }
        let _ = plpgsql::scan_body("plpgsql", &format!("begin {text}"));
        let _ = plpgsql::scan_body("sql", &text);
    }

    #[test]
    fn any_text_tiles(text in "\\PC*") {
        tiles(&text);
        let _ = parse_statement(&text);
    }
}
