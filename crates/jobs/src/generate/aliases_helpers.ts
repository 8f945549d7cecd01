type AnyTable = {
  Row: Record<string, unknown>;
  Insert: Record<string, unknown>;
  Update: Record<string, unknown>;
  Relationships: unknown[];
};

/** Tables and views of a schema; none where `Database` does not have the schema. */
type RelationsOf<Schema extends string> = Schema extends keyof Database
  ? (Database[Schema] extends { Tables: infer Tables } ? Tables : {}) &
      (Database[Schema] extends { Views: infer Views } ? Views : {})
  : {};

/** The table under its new name, or under its old one while the types still have that. */
type TableOf<NewSchema extends string, New extends string, OldSchema extends string, Old extends string> =
  New extends keyof RelationsOf<NewSchema>
    ? RelationsOf<NewSchema>[New]
    : Old extends keyof RelationsOf<OldSchema>
      ? RelationsOf<OldSchema>[Old]
      : AnyTable;

/** A shape with some of its keys under other names; what it has under those already stays. */
type Renamed<Shape, Names> = {
  [Key in keyof Shape as Key extends keyof Names ? Names[Key] & string : Key]: Shape[Key];
};

type Part<Table, Name extends string> = Name extends keyof Table ? Table[Name] : Record<string, never>;

type RenamedTable<Table, Names> = {
  Row: Renamed<Part<Table, "Row">, Names>;
  Insert: Renamed<Part<Table, "Insert">, Names>;
  Update: Renamed<Part<Table, "Update">, Names>;
  Relationships: Table extends { Relationships: infer Relationships } ? Relationships : [];
};

type WithTables<Schema extends string, More> = Schema extends keyof Database
  ? Omit<Database[Schema], "Tables"> & {
      Tables: (Database[Schema] extends { Tables: infer Tables } ? Omit<Tables, keyof More> : {}) & More;
    }
  : { Tables: More; Views: {}; Functions: {}; Enums: {}; CompositeTypes: {} };

type EnumOf<Schema extends string, Name extends string> = Schema extends keyof Database
  ? Database[Schema] extends { Enums: infer Enums }
    ? Name extends keyof Enums
      ? Enums[Name]
      : never
    : never
  : never;

