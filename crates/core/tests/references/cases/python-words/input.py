emails = []
for email in emails:
    print("emails", email.subject)
# emails are here
