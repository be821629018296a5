import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function BlocklistView() {
  return <Empty title={text.blocklist.title} />;
}
