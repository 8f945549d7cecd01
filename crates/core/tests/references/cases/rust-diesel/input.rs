diesel::table! {
    emails (id) {
        id -> Integer,
        subject -> Text,
    }
}
use crate::schema::emails;
#[derive(Queryable)]
#[diesel(table_name = crate::schema::emails)]
struct Email { subject: String }
diesel::joinable!(emails -> users (user_id));
fn load() { emails::table.filter(emails::subject.eq("x")); let emails = 1; }
