//! What the scanner finds in bodies, and what it must not mistake for SQL.

use super::*;
use crate::ir::AlterTableActionKind;

fn scan(body: &str) -> Vec<Embedded> {
    let found = scan_body("plpgsql", body).unwrap();
    assert_eq!(found.gave_up_at, None, "{body}");
    found.statements
}

#[test]
fn statements_are_told_from_control_words() {
    let body = "
declare a int := (select 1); b text;
begin
  a := 1; b = 'x'; new.updated_at = now();
  select count(*) into strict a, b from public.items where id = new.id;
  if a > 0 then perform pg_notify('c', b); elsif a = case when true then 1 else 2 end then update t set x = 1; else delete from t where id = a; end if;
  for r in select * from q loop insert into log values (r.id); end loop;
  for i in 1..10 loop null; end loop;
  <<outer>> while a < 3 loop a := a + 1; continue outer when a = 2; end loop outer;
  case a when 1 then update u set x = 1 where y = 2; else raise notice 'n'; end case;
  return query select 1;
  return new;
end";
    let kinds: Vec<String> = scan(body)
        .iter()
        .map(|found| {
            format!(
                "{:?} {}",
                found.origin,
                found.text.as_deref().unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "Static select count(*) from public.items where id = new.id",
            "Perform select pg_notify('c', b)",
            "Static update t set x = 1",
            "Static delete from t where id = a",
            "Query select * from q",
            "Static insert into log values (r.id)",
            "Static update u set x = 1 where y = 2",
            "Query select 1",
        ]
    );
    let found = scan(body);
    assert!(found[5].in_loop && !found[4].in_loop);
    for embedded in &found {
        let statement = embedded.statement.as_ref().unwrap();
        assert!(statement.is_fully_read(), "{:?}", statement.kind);
        assert_eq!(embedded.span.len(), embedded.text.as_ref().unwrap().len());
    }
}

#[test]
fn guards_are_reported() {
    let found = scan(
        "begin if not exists (select 1 from pg_type where typname = 'mood') then create type mood as enum ('a'); else drop type mood; end if; create table t (id int); end",
    );
    assert!(found[0].is_guarded());
    assert!(matches!(&found[1].guards[0], Guard::If { otherwise: true, .. }));
    assert!(!found[2].is_guarded());
    let found = scan(
        "begin begin alter table t add constraint c check (a > 0); exception when duplicate_object or duplicate_table then null; when others then raise; end; drop table x; end",
    );
    assert!(found[0].is_guarded());
    assert_eq!(
        found[0].guards,
        [Guard::Handler { conditions: vec!["duplicate_object".into(), "duplicate_table".into(), "others".into()] }]
    );
    assert!(!found[1].is_guarded());
    let found =
        scan("begin create type a as enum (); exception when sqlstate '42710' then create table caught (); end");
    assert!(found[0].is_guarded() && !found[1].is_guarded());
    let unrelated = scan("begin if a > 1 then drop table t; end if; exception when division_by_zero then null; end");
    assert!(!unrelated[0].is_guarded());
    assert_eq!(unrelated[0].guards.len(), 2);
}

#[test]
fn dynamic_sql_is_marked_and_read_where_it_can_be() {
    let found = scan(
        "begin execute 'alter table t drop column c; drop table u'; execute format('drop table %I.%I', s, t); execute 'x' || y using 1; for r in execute q loop null; end loop; end",
    );
    assert_eq!(
        found.iter().map(|found| found.origin).collect::<Vec<_>>(),
        [
            Origin::ExecuteLiteral,
            Origin::ExecuteLiteral,
            Origin::ExecuteFormat,
            Origin::ExecuteDynamic,
            Origin::ExecuteDynamic
        ]
    );
    let StatementKind::AlterTable(table) = &found[0].statement.as_ref().unwrap().kind else { panic!("{found:?}") };
    assert!(matches!(table.actions[0].kind, AlterTableActionKind::DropColumn { .. }));
    assert_eq!(found[2].text.as_deref(), Some("drop table placeholder.placeholder"));
}

#[test]
fn sql_bodies_are_split() {
    let found = scan_body("sql", " update t set a = 1; -- c\n select 1;").unwrap();
    assert_eq!(found.statements.len(), 2);
    let atomic = scan_body(
        "sql",
        "begin atomic insert into t values (case when true then 1 end); select case when a then 1 else 2 end; end",
    )
    .unwrap();
    assert_eq!(atomic.statements.len(), 2);
    assert!(atomic.statements.iter().all(|found| found.statement.as_ref().unwrap().is_fully_read()));
    assert_eq!(scan_body("sql", "return a + 1").unwrap().statements.len(), 1);
    assert_eq!(scan_body("plv8", "return 1"), None);
}

#[test]
fn broken_bodies_are_given_up_not_hung() {
    for body in [
        "",
        "begin",
        "begin if",
        "begin if x then",
        "select 1",
        "begin for",
        "begin for x in",
        "begin 'open",
        "end",
        "begin end end",
        "begin << ",
        "declare",
        "begin else end",
        "begin when",
        "begin case",
    ] {
        let _ = scan_body("plpgsql", body);
    }
    assert!(scan_body("plpgsql", "begin if a then").unwrap().gave_up_at.is_some());
    assert!(scan_body("plpgsql", "select 1").unwrap().gave_up_at.is_some());
}
