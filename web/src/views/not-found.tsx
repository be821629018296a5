import { href } from "../state/router";
import { text } from "../text";
import { LinkButton } from "../ui/button";
import { Empty } from "../ui/states";

export function NotFound() {
  return (
    <Empty title={text.shell.notFound}>
      <LinkButton href={href(["links"])}>{text.shell.toLinks}</LinkButton>
    </Empty>
  );
}
