from sqlalchemy import Column, ForeignKey, Table, text

class Email(Base):
    __tablename__ = "emails"
    id = Column(Integer, primary_key=True)
    subject = Column(String)
    topic = mapped_column("subject", String)
    parent_id = Column(ForeignKey("emails.id"))
    title_of = Column(ForeignKey("public.emails.subject"))

class Reply(Base):
    __tablename__ = "replies"
    subject = Column(String)

emails = Table("emails", metadata, Column("subject", String))
session.execute(text("SELECT subject FROM emails WHERE id = :id"))
cursor.execute("SELECT id FROM emails "
               "WHERE subject = %s", (subject,))
cursor.execute(f"UPDATE emails SET subject = {value}")
