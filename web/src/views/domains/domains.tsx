import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function DomainsView() {
  return <Empty title={text.domains.title} />;
}
