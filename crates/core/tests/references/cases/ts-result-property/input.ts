const a = (await db.from("emails").select("*").single()).data.subject;
const b = (await db.from("emails").select("id, subject").single()).data.subject;
const { data } = await db.from("emails").select("*");
console.log(data[0].subject);
