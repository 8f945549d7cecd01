const chars = Array.from("emails");
const bytes = Buffer.from("emails", "utf8");
await supabase.storage.from("emails").upload("subject", file);
rpc("emails");
