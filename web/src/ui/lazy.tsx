import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { text } from "../text";
import { Button } from "./button";
import { Skeleton } from "./states";

/** A view in a file of its own, which is fetched when it is first shown. A part of a view has a heading above it. */
export function lazyView<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  kind: "view" | "part" = "view",
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const hasFailed = useSignal(false);
    const isLoaded = useSignal(loaded !== null);
    const attempt = async () => {
      try {
        loaded = (await load()).default;
        isLoaded.value = true;
      } catch {
        hasFailed.value = true;
      }
    };
    useEffect(() => {
      if (loaded === null) void attempt();
    }, []);
    if (hasFailed.value) return <NotLoaded kind={kind} />;
    if (!isLoaded.value || loaded === null) return <Skeleton height={160} rows={3} />;
    const View = loaded;
    return <View {...props} />;
  };
}

/** The file of the view did not come. A new version has files with other names, which only a reload of the page finds. */
function NotLoaded({ kind }: { kind: "view" | "part" }) {
  const { title } = text.lazy;
  return (
    <div class="state" role="alert">
      {kind === "view" ? <h1>{title}</h1> : <h3>{title}</h3>}
      <p>{text.lazy.hint}</p>
      <Button icon="restore" onClick={() => location.reload()}>
        {text.lazy.reload}
      </Button>
    </div>
  );
}
