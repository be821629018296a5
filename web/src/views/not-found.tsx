import { href } from "../state/router";
import { text } from "../text";
import { LinkButton } from "../ui/button";

export function NotFound() {
  return (
    <div class="state">
      <h1>{text.shell.notFound}</h1>
      <LinkButton href={href(["links"])}>{text.shell.toLinks}</LinkButton>
    </div>
  );
}
