const TABLE = "emails";
const TABLES = { mail: "emails", users: "users" };
const label = "emails";
useTable("emails");
const config = { tableName: "emails" };
const route = { path: "emails" };
