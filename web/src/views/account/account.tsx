import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function AccountView() {
  return <Empty title={text.account.title} />;
}
