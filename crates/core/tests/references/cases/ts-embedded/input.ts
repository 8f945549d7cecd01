await supabase.from("users").select("name, emails(id, subject), last:emails!inner(subject), ...emails(id)");
await supabase.from("users").select("name, emails(subject)").eq("emails.subject", "x");
await supabase.from("users").select("name, mail:emails(subject)").eq("mail.subject", "x");
await supabase.from("users").select("name, emails:email_messages(id)").eq("emails.id", "x");
await supabase.from("users").select(list).eq("emails.subject", "x");
await supabase.from("users").select("*").order("subject", { referencedTable: "emails" });
await supabase.from("users").select("*, emails(*)").order("subject", { referencedTable: "emails" });
