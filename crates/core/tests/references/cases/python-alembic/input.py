def upgrade():
    op.create_table("emails", sa.Column("subject", sa.String()))
    op.add_column("emails", sa.Column("subject", sa.String()))
    op.drop_column("emails", "subject")
    op.create_index("i", "emails", ["subject"])
    op.execute("DELETE FROM emails")
