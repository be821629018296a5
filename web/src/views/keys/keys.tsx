import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function KeysView() {
  return <Empty title={text.keys.title} />;
}
