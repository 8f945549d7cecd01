await pool.query("select subject from emails where id = $1", [id]);
await pool.query({ text: "delete from emails", values: [] });
const rows = await sql`select * from emails where subject = ${subject} and id = any(${ids})`;
const q = "select id from emails " + "where subject is not null";
await prisma.$queryRaw`update emails set subject = ${x}`;
await db.execute(`insert into ${table} (subject) select subject from emails`);
const english = "select one of your emails from the list";
