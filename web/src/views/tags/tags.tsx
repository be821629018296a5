import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function TagsView() {
  return <Empty title={text.tags.title} />;
}
