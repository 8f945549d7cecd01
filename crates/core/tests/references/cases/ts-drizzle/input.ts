export const emails = pgTable("emails", {
  id: uuid("id").primaryKey(),
  subject: text("subject").notNull(),
});
export const other = pgTable("emails", { subject: text() });
