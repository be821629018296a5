import "./qr.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Link, send } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { loadDraft, saveDraft } from "../../state/draft";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { SelectField, TextField } from "../../ui/field";
import { saveFile } from "../../ui/save-file";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { asSettings, NEEDED_MARGIN, type QrFormat, type QrSettings, qrAddress, USUAL } from "./qr-query";

const DRAFT = "qr";
const FIELDS = ["size", "margin", "level", "color", "background"] as const;
const words = text.link.qrPanel;

/** The QR code of a link: its look, and the ways to take it along. */
export function QrPanel({ link }: { link: Link }) {
  const settings = useSignal(asSettings(loadDraft<Partial<QrSettings>>(DRAFT)));
  const { picture, problem, isLoading } = usePicture(link, settings.value);
  const set = (part: Partial<QrSettings>) => {
    settings.value = { ...settings.value, ...part };
    saveDraft(DRAFT, settings.value);
  };
  const isKnown = FIELDS.some((name) => problem.value?.at(`/${name}`));
  return (
    <div class="qr-panel">
      <figure class="qr-print" aria-busy={isLoading.value}>
        <div class={problem.value === null ? "qr-place" : "qr-place stale"}>
          {picture.value && <img src={picture.value} alt={words.picture(link.short_url)} width={280} height={280} />}
        </div>
        <figcaption dir="auto">{link.short_url}</figcaption>
      </figure>
      <div class="stack">
        <div role="status">
          {problem.value !== null &&
            (isKnown ? <span class="hidden">{words.refused}</span> : <ProblemNotice problem={problem.value} />)}
        </div>
        <QrActions link={link} settings={settings.value} isDisabled={problem.value !== null} />
        <QrFields settings={settings.value} problem={problem.value} onChange={set} />
        <p class="quiet">
          {words.hint}{" "}
          <button type="button" class="as-link" onClick={() => set(USUAL)}>
            {words.reset}
          </button>
        </p>
      </div>
    </div>
  );
}

interface FieldsProps {
  settings: QrSettings;
  problem: ApiProblem | null;
  onChange: (part: Partial<QrSettings>) => void;
}

function QrFields({ settings, problem, onChange }: FieldsProps) {
  const wrong = (name: (typeof FIELDS)[number]) => {
    const error = problem?.at(`/${name}`);
    return error ? text.sentence(error.detail) : null;
  };
  const levels = (["L", "M", "Q", "H"] as const).map((value) => ({ value, label: words.levels[value] }));
  return (
    <div class="qr-fields">
      <TextField
        label={words.size}
        type="number"
        min={64}
        max={1024}
        value={settings.size}
        wrong={wrong("size")}
        onValue={(size) => onChange({ size })}
      />
      <TextField
        label={words.margin}
        type="number"
        min={0}
        max={16}
        value={settings.margin}
        hint={Number(settings.margin) < NEEDED_MARGIN ? words.marginHint : undefined}
        wrong={wrong("margin")}
        onValue={(margin) => onChange({ margin })}
      />
      <SelectField
        label={words.level}
        value={settings.level}
        options={levels}
        wrong={wrong("level")}
        onValue={(level) => onChange({ level })}
      />
      <TextField
        label={words.color}
        type="color"
        value={settings.color}
        wrong={wrong("color")}
        onValue={(color) => onChange({ color })}
      />
      <TextField
        label={words.background}
        type="color"
        value={settings.background}
        wrong={wrong("background")}
        onValue={(background) => onChange({ background })}
      />
    </div>
  );
}

/** Downloads, the clipboard and the printer. */
function QrActions({ link, settings, isDisabled }: { link: Link; settings: QrSettings; isDisabled: boolean }) {
  const busy = useSignal<"svg" | "png" | "copy" | null>(null);
  const run = async (name: typeof busy.value, work: () => Promise<void>, failed?: string) => {
    busy.value = name;
    try {
      await work();
    } catch (error) {
      // Other errors are those of the clipboard.
      toast(failed ?? text.problems.line(asProblem(error)));
    } finally {
      busy.value = null;
    }
  };
  const load = async (format: QrFormat) => (await send(qrAddress(link, settings, format))).blob();
  const download = (format: QrFormat) =>
    void run(format, async () => saveFile(await load(format), `${link.alias}.${format}`));
  const copy = () =>
    void run(
      "copy",
      async () => {
        // Some browsers allow this only within the click, so the picture is promised.
        await navigator.clipboard.write([new ClipboardItem({ "image/png": load("png") })]);
        toast(words.copied);
      },
      words.copyFailed,
    );
  return (
    <div class="qr-actions">
      <Button kind="primary" disabled={isDisabled} isBusy={busy.value === "svg"} onClick={() => download("svg")}>
        {words.svg}
      </Button>
      <Button disabled={isDisabled} isBusy={busy.value === "png"} onClick={() => download("png")}>
        {words.png}
      </Button>
      {"ClipboardItem" in window && (
        <Button icon="copy" disabled={isDisabled} isBusy={busy.value === "copy"} onClick={copy}>
          {words.copy}
        </Button>
      )}
      <Button disabled={isDisabled} onClick={() => print()}>
        {words.print}
      </Button>
    </div>
  );
}

/** The pause in typing after which the picture is drawn, in milliseconds. */
const PAUSE = 250;

/** The picture as an address of this page. The old one stays until the new one is there. */
function usePicture(link: Link, settings: QrSettings) {
  const picture = useSignal<string | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const isLoading = useSignal(true);
  const address = qrAddress(link, settings, "svg");
  const show = (next: string | null) => {
    if (picture.peek() !== null) URL.revokeObjectURL(picture.peek() ?? "");
    picture.value = next;
  };
  useEffect(() => {
    const controller = new AbortController();
    isLoading.value = true;
    const load = async () => {
      try {
        const blob = await (await send(address, { signal: controller.signal })).blob();
        if (controller.signal.aborted) return;
        show(URL.createObjectURL(blob));
        problem.value = null;
      } catch (error) {
        if (controller.signal.aborted) return;
        problem.value = asProblem(error);
      }
      isLoading.value = false;
    };
    const timer = setTimeout(() => void load(), picture.peek() === null ? 0 : PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [address]);
  useEffect(() => () => show(null), []);
  return { picture, problem, isLoading };
}
