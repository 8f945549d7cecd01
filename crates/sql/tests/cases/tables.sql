create table if not exists public."Order Items" (
  id bigint generated always as identity primary key,
  order_id uuid not null references sales.orders (id) on delete cascade on update set null,
  price numeric(10, 2) default 0.00 not null check (price >= 0),
  tags text[] default '{}'::text[],
  note character varying(40) collate "C" default 'a, b' unique,
  total numeric generated always as (price * 2) stored,
  at timestamp with time zone default now(),
  flag boolean default not_a_keyword(1) constraint flag_set not null,
  constraint positive check (total > 0) no inherit,
  foreign key (order_id, price) references other match full deferrable initially deferred,
  unique nulls not distinct (id, at) include (price),
  exclude using gist (at with =) where (price > 0),
  like template including all
) partition by range (at);
create unlogged table a.b.c (d int);
create temp table t as with x as (select dblink('c', 'q')) select * from x join real_one on true;
create table part partition of "Order Items" for values from ('2024-01-01') to ('2025-01-01');
create table typed of some_type (id with options primary key);
create table kids () inherits (parent, s.other);
create foreign table f (a int options (x 'y')) server s;
create table broken (a int,,b int);
create table (a int);
