import type { Tables, TablesInsert, Database } from "./database.types";
type A = Tables<"emails">;
type B = TablesInsert<"emails">["subject"];
type C = Database["public"]["Tables"]["emails"]["Row"]["subject"];
type D = Database["other"]["Tables"]["emails"];
type E = Tables<{ schema: "public" }, "emails">;
type F = Pick<A, "subject">;
