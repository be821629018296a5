import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { ApiProblem } from "../api/problem";
import { Failure, Skeleton } from "./states";

/** A view in a file of its own, which is fetched when it is first shown. */
export function lazyView<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const hasFailed = useSignal(false);
    const isLoaded = useSignal(loaded !== null);
    const attempt = async () => {
      hasFailed.value = false;
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
    // A new version may have been deployed, whose files have other names: only a reload of the page finds them.
    if (hasFailed.value) return <Failure problem={ApiProblem.offline()} onRetry={() => location.reload()} />;
    if (!isLoaded.value || loaded === null) return <Skeleton height={160} rows={3} />;
    const View = loaded;
    return <View {...props} />;
  };
}
