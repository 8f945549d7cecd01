export type Database = {
  public: {
    Tables: {
      emails: {
        Row: { id: string; subject: string | null };
        Insert: { id?: string; subject?: string | null };
        Update: { "subject"?: string | null };
        Relationships: [];
      };
    };
    Enums: { mood: "sad" | "ok" };
  };
  archive: {
    Tables: { emails: { Row: { subject: string } } };
  };
};
