await db.from("messages").select("*");
type M = Tables<"messages">;
await sql`select * from messages`;
