const emails = await load();
for (const email of emails) {
  send(email.subject);
}
export function Emails({ emails }: { emails: string[] }) {
  return emails.map((e) => e);
}
