import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function LinkView() {
  return <Empty title={text.shell.links} />;
}
