const ä = "é"; await db.from("emails").select("subject"); // ü emails
