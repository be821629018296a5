import { signal } from "@preact/signals";

interface Toast {
  id: number;
  message: string;
  action: { label: string; run: () => void } | null;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** How long a message stays. One with an action stays longer, so that there is time to undo. */
const SHORT = 4_000;
const LONG = 10_000;

/** Shows a message at the bottom of the page for some seconds. */
export function toast(message: string, action: Toast["action"] = null): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-2), { id, message, action }];
  setTimeout(() => drop(id), action === null ? SHORT : LONG);
}

/** Removes all messages: they and their actions belong to somebody who has left. */
export function dropToasts(): void {
  toasts.value = [];
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map(({ id, message, action }) => (
        <div class="toast" key={id}>
          <span>{message}</span>
          {action && (
            <button
              type="button"
              onClick={() => {
                drop(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
