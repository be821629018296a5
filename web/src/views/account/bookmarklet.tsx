import { text } from "../../text";
import { CopyButton } from "../../ui/copy";
import { Icon } from "../../ui/icon";
import { toast } from "../../ui/toast";
import { bookmarkletCode } from "./bookmarklet-code";

/** A bookmark to drag into the bookmarks bar. */
export function Bookmarklet() {
  const code = bookmarkletCode(location.origin);
  // The content security policy forbids running it here, so a click explains instead. From the bookmarks bar the browser
  // runs it without the policy.
  const explain = (event: Event) => {
    event.preventDefault();
    toast(text.account.bookmarkletClick);
  };
  const { account } = text;
  return (
    <section class="card stack">
      <h2>{account.bookmarklet}</h2>
      <p class="soft">{account.bookmarkletHint}</p>
      <p>
        <a class="button secondary bookmarklet" href={code} draggable onClick={explain} onAuxClick={explain}>
          <Icon name="links" />
          {account.bookmarkletName}
        </a>
      </p>
      <div>
        <p class="row-line quiet">
          {account.bookmarkletCode} <CopyButton value={code} label={account.copyCode} said={text.secret.copied} />
        </p>
        <code class="bookmarklet-code">{code}</code>
      </div>
    </section>
  );
}
