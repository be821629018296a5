import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function AboutView() {
  return <Empty title={text.about.title} />;
}
