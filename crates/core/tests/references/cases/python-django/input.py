class Email(models.Model):
    subject = models.CharField(max_length=100)
    topic = models.TextField(db_column="subject")

    class Meta:
        db_table = "emails"

emails = Email.objects.filter(subject="x")
