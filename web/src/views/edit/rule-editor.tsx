import { text } from "../../text";
import { Button, IconButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { RuleSentence } from "../rules/words";
import { ConditionFields } from "./condition";
import { useEditor } from "./editor";
import { type ConditionForm, emptyCondition, MAX_CONDITIONS, type RuleForm, ruleOf } from "./rule-form";

interface RuleEditorProps {
  rule: RuleForm;
  index: number;
  /** The index of the last rule. */
  last: number;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onChange: (rule: RuleForm) => void;
  onMove: (step: number, place: string) => void;
  onRemove: () => void;
}

/** One rule: its sentence, and its fields while it is open. */
export function RuleEditor({ rule, index, last, isOpen, onOpen, onChange, onMove, onRemove }: RuleEditorProps) {
  const words = text.edit.rules;
  const position = index + 1;
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || step === 0) return;
    event.preventDefault();
    onMove(step, "edit");
  };
  return (
    // The keys are those of the buttons in it.
    <li class="rule-editor" data-rule={rule.key} onKeyDown={onKey}>
      <div class="rule-head">
        <span class="badge info">{position}</span>
        <span class="rule-words">
          <RuleSentence rule={ruleOf(rule)} />
        </span>
        <span class="rule-buttons">
          <IconButton
            icon="up"
            label={words.up(position)}
            data-place="up"
            disabled={index === 0}
            onClick={() => onMove(-1, "up")}
          />
          <IconButton
            icon="down"
            label={words.down(position)}
            data-place="down"
            disabled={index === last}
            onClick={() => onMove(1, "down")}
          />
          <IconButton
            icon={isOpen ? "check" : "edit"}
            label={isOpen ? words.done : words.edit(position)}
            data-place="edit"
            aria-expanded={isOpen}
            onClick={() => onOpen(!isOpen)}
          />
          <IconButton icon="trash" label={words.remove(position)} onClick={onRemove} />
        </span>
      </div>
      {isOpen && <RuleFields rule={rule} index={index} onChange={onChange} />}
    </li>
  );
}

function RuleFields({ rule, index, onChange }: Pick<RuleEditorProps, "rule" | "index" | "onChange">) {
  const { wrongInRule } = useEditor();
  const words = text.edit.rules;
  const wrong = (pointer: string) => wrongInRule(index, pointer);
  const setCondition = (at: number, changed: ConditionForm) =>
    onChange({ ...rule, when: rule.when.map((one, place) => (place === at ? changed : one)) });
  const general = wrong("") ?? wrong("/when") ?? wrong("/id");
  return (
    <div class="rule-fields">
      {general !== null && (
        <p class="wrong" role="alert">
          {general}
        </p>
      )}
      {rule.when.map((condition, at) => (
        <ConditionFields
          key={condition.key}
          condition={condition}
          wrong={(pointer) => wrong(`/when/${at}${pointer}`)}
          onChange={(changed) => setCondition(at, changed)}
          onRemove={
            rule.when.length > 1
              ? () => onChange({ ...rule, when: rule.when.filter((_, place) => place !== at) })
              : null
          }
        />
      ))}
      <div>
        <Button
          kind="quiet-button"
          icon="plus"
          disabled={rule.when.length >= MAX_CONDITIONS}
          onClick={() => onChange({ ...rule, when: [...rule.when, emptyCondition("language")] })}
        >
          {words.addCondition}
        </Button>
      </div>
      <TextField
        label={words.target}
        inputMode="url"
        value={rule.target}
        onValue={(target) => onChange({ ...rule, target })}
        wrong={wrong("/target")}
        placeholder={text.edit.targetPlaceholder}
        spellcheck={false}
      />
    </div>
  );
}
