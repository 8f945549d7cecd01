const { data } = await supabase.from('emails').select('subject');
module.exports = { table: 'emails' };
