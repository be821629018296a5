import { useSignal } from "@preact/signals";
import type { Link } from "../../api/client";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { lazyView } from "../../ui/lazy";
import { Time } from "../../ui/time";

export interface HistoryProps {
  link: Link;
  onChange: (link: Link) => void;
  /** Loads the link again, after somebody else has changed it. */
  onReload: () => Promise<void>;
}

const Versions = lazyView<HistoryProps>(async () => ({ default: (await import("./history")).Versions }), "part");

/** The history of a link. It takes many reads of the store, so it is loaded when somebody asks for it. */
export function HistoryCard(props: HistoryProps) {
  const isOpen = useSignal(false);
  const { version, updated_at } = props.link;
  return (
    <section class="card stack">
      <div class="row-line">
        <h2>{text.link.history.title}</h2>
        <span class="quiet">
          {text.link.history.summary(version)} <Time at={updated_at} />
        </span>
        <span class="spacer" />
        {!isOpen.value && (
          <Button
            onClick={() => {
              isOpen.value = true;
            }}
          >
            {text.link.history.show}
          </Button>
        )}
      </div>
      {isOpen.value && <Versions {...props} />}
    </section>
  );
}
