import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Link } from "../../api/client";
import { may } from "../../state/me";
import { href, navigate } from "../../state/router";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { when } from "../../ui/format";
import { ProblemNotice } from "../../ui/states";
import { linkAddress } from "../links/row";
import { CardSection } from "./card";
import { ConflictDialog } from "./conflict";
import type { Attempt } from "./draft";
import { EditorProvider, problemWords, useNewEditor } from "./editor";
import type { LinkForm } from "./form";
import { MainFields } from "./main-fields";
import { AccessSection, RedirectSection, SystemSection } from "./more-sections";
import { RulesSection } from "./rules-section";
import { CampaignSection, DetailsSection, TimeSection } from "./sections";

interface EditFormProps {
  start: { base: Link | null; form: LinkForm; unchanged: LinkForm; attempt: Attempt | null };
  /** The time of the draft that was restored without a question. */
  restoredAt: number | null;
}

/** The fields of a link. One is always there, the others on demand. */
export function EditForm({ start, restoredAt }: EditFormProps) {
  const editor = useNewEditor(start);
  const element = useRef<HTMLFormElement>(null);
  const base = editor.base.value;
  const problem = editor.problem.value;
  const leaveTo = base === null ? href(["links"]) : linkAddress(base);
  useKeys({ save: () => void editor.save(), leave: () => navigate(leaveTo) });
  useKeptFocus(editor.isBusy.value);
  useEffect(() => {
    if (problem !== null) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problem]);
  // These are shown at the alias.
  const isAtAlias = problem?.code === "alias_taken" || problem?.code === "alias_retired";
  return (
    <EditorProvider value={editor}>
      <form
        ref={element}
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void editor.save();
        }}
      >
        {restoredAt !== null && editor.hasChanges && (
          <p class="notice" role="status">
            {text.edit.draft.restored(when(restoredAt))}
            <Button kind="quiet-button" onClick={editor.discard}>
              {text.edit.draft.discard}
            </Button>
          </p>
        )}
        {problem !== null && !isAtAlias && <ProblemNotice problem={problemWords(problem)} />}
        {/* What is typed while the form is saved would be lost. */}
        <fieldset class="stack edit-all" disabled={editor.isBusy.value}>
          <MainFields />
          <div class="card edit-sections">
            <DetailsSection />
            <CampaignSection />
            <RulesSection />
            <TimeSection />
            <AccessSection />
            <RedirectSection />
            <CardSection />
            <SystemSection isAdmin={may("links:admin") && base !== null} />
          </div>
        </fieldset>
        <div class="edit-bar">
          <span class="quiet" role="status">
            {editor.hasChanges && text.edit.unsaved}
          </span>
          <span class="spacer" />
          <LinkButton kind="quiet-button" href={leaveTo} shortcut="Esc">
            {text.edit.leave}
          </LinkButton>
          <Button kind="primary" type="submit" shortcut={text.edit.saveKey} isBusy={editor.isBusy.value}>
            {base === null ? text.edit.create : text.edit.save}
          </Button>
        </div>
      </form>
      {editor.theirs.value !== null && base !== null && (
        <ConflictDialog
          before={base}
          theirs={editor.theirs.value}
          onClose={() => {
            editor.theirs.value = null;
          }}
        />
      )}
    </EditorProvider>
  );
}

/** Gives the focus back to the field that had it before the fields were disabled. */
function useKeptFocus(isDisabled: boolean): void {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const field = before.current;
    before.current = isDisabled ? document.activeElement : null;
    if (!isDisabled && field instanceof HTMLElement && document.activeElement === document.body) field.focus();
  }, [isDisabled]);
}

/** Ctrl or Cmd with Enter saves, Escape leaves; both also while somebody types. */
function useKeys({ save, leave }: { save: () => void; leave: () => void }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        save();
      } else if (event.key === "Escape") {
        // The first Escape closes the list or the calendar of a field.
        const { activeElement } = document;
        const hasPopup = activeElement?.matches("input[list], select, input[type=datetime-local], input[type=time]");
        if (hasPopup && activeElement instanceof HTMLElement) activeElement.blur();
        else leave();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
