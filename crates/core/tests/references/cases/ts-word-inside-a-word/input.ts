const emailsCount = 1;
const unreadEmails = "emails_archive";
const css = "emails-list";
