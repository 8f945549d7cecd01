supabase.channel("emails").on(
  "postgres_changes",
  { event: "*", schema: "public", table: "emails", filter: "subject=eq.hello" },
  handle,
);
await fetch(`${url}/rest/v1/emails?select=id`);
await fetch(url + "/rest/v1/emails");
await fetch("/api/emails");
