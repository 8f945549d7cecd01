-- A table that goes leaves its publication by itself; a column list is put aside while its column changes.
-- needs: 15

-- both
CREATE TABLE a (id integer PRIMARY KEY, note text);

-- from
CREATE TABLE gone (id integer PRIMARY KEY);
CREATE PUBLICATION changes FOR TABLE a (id), gone;

-- to
ALTER TABLE a ALTER id TYPE bigint;
CREATE PUBLICATION changes FOR TABLE a (id);

-- refused: Circle { objects: [ObjectId { kind: Publication, schema: None, name: Identifier("changes"), sub: None, of: None }, ObjectId { kind: Column, schema: Some(Identifier("public")), name: Identifier("a"), sub: Some(Identifier("id")), of: None }] }
