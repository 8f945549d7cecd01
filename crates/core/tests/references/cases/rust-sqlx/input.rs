let rows = sqlx::query!("SELECT id, subject FROM emails WHERE id = $1", id).fetch_all(&pool).await?;
let all = sqlx::query_as::<_, Email>("SELECT * FROM emails").fetch_all(&pool).await?;
let one = sqlx::query_as!(Email, r#"SELECT subject AS "subject!" FROM public.emails"#);
let emails = vec![1];
client.execute("UPDATE emails SET subject = $1", &[&subject])?;
