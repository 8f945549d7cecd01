await db.from("users").select("subject, emails_count").eq("subject", "x");
await db.from("emails").select("id");
