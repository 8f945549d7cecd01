await db.selectFrom("emails").select("subject").execute();
await db.insertInto("public.emails").values({ subject: 1 }).execute();
await db.selectFrom("emails as e").innerJoin("users", "users.id", "e.user_id").execute();
await knex("emails").where("subject", "x").orderBy("subject");
await knex("emails").insert({ subject: 1 });
