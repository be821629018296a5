import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function OverviewView() {
  return <Empty title={text.overview.title} />;
}
