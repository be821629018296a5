import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function EditView() {
  return <Empty title={text.shell.links} />;
}
