import { list } from "./emails";
import emails from "emails";
export const Page = () => (
  <div className="emails" id="emails">
    <Link href="/emails/subject">emails</Link>
  </div>
);
