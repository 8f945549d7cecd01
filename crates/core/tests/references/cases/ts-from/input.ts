const { data } = await supabase.from("emails").select("id, subject").eq("subject", "x").order('subject');
await supabase.from('emails').select(`
  id,
  subject,
  sender:users!emails_sender_fkey(name)
`);
await client.schema("public").from("emails").delete().neq("subject", "");
await client.schema("other").from("emails").select();
