data = supabase.table("emails").select("id, subject").eq("subject", "x").execute()
supabase.table("emails").insert({"subject": "a"}).execute()
supabase.from_("users").select("*, emails(subject)").execute()
requests.get(f"{url}/rest/v1/emails")
