import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function AuditView() {
  return <Empty title={text.audit.title} />;
}
