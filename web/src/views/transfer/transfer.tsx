import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function TransferView() {
  return <Empty title={text.transfer.title} />;
}
