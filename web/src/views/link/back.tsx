import { href, navigate } from "../../state/router";
import { text } from "../../text";
import { Icon } from "../../ui/icon";

/** The address of the list. */
const LIST = href(["links"]);

/** The entries of the browser's history, in browsers that show them. */
interface Entries {
  currentEntry: { index: number } | null;
  entries: () => { url: string | null }[];
}

/** Goes to the list: to the place and the filters where somebody left it, if that is the page before. */
export function goBack(): void {
  const { navigation } = window as { navigation?: Entries };
  const index = navigation?.currentEntry?.index ?? 0;
  const before = navigation?.entries()[index - 1]?.url;
  if (before && new URL(before).hash.startsWith(LIST)) history.back();
  else navigate(LIST);
}

export function Back() {
  return (
    <a
      class="link-back"
      href={LIST}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        goBack();
      }}
    >
      <Icon name="back" />
      {text.link.back}
    </a>
  );
}
