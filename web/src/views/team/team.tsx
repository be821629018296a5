import { text } from "../../text";
import { Empty } from "../../ui/states";

export default function TeamView() {
  return <Empty title={text.team.title} />;
}
