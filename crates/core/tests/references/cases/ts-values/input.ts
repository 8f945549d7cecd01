await db.from("emails").insert({ id, subject, body: "emails" });
await db.from("emails").insert([{ "subject": 1 }, { subject: 2 }]);
await db.from("emails").upsert({ subject: "a" }, { onConflict: "id,subject" });
await db.from("emails").update({ subject }).match({ subject: "b" });
await db.from("emails").select().or("subject.eq.x,and(id.gt.1,subject.is.null)");
await db.from("users").insert({ subject: 1 });
