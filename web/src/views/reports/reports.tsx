import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function ReportsView() {
  return <Empty title={text.reports.title} />;
}
