const x = supabase.from("emails"
function {
