/** One decision: its choices, what each does, a reason, and who may not take it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useAction } from "../../api/action";
import { Refusal } from "../../api/problems";
import { errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { TextArea } from "../../forms/TextArea";
import { person } from "../../session/person";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";
import { FirstDecision, isOwn, needOfTwo, type Proposal } from "./FirstDecision";
import { say, sayFirst } from "./said";

export interface DecisionChoice {
  value: string;
  label: string;
  /** What it does, said before it is done. */
  effect: string;
  danger?: boolean;
  /** The key of the keyboard that chooses it. */
  shortcut?: string;
  /** Reasons that are often given for it. */
  ready?: string[];
}

interface DecisionProps {
  /** What makes the names of its fields unique on the page. */
  name: string;
  choices: DecisionChoice[];
  /** The least number of characters of the reason; 0 where none is needed. */
  shortest: number;
  /** Who reads the reason, where somebody beside the admins does. */
  hint?: string;
  /** The name of what it is about, to say afterwards what was decided. */
  about?: string | undefined;
  /** Those whom it is about: they only look on. */
  parties?: (string | null | undefined)[];
  /** The money that two admins decide about together where it is much; and what the first of them decided. */
  cents?: number;
  proposal?: Proposal | null;
  decide: (key: string, choice: string, reason: string) => Promise<unknown>;
  onDone: (answer: unknown) => void;
  /** Called where what was decided about has changed meanwhile. */
  onStale?: () => void;
}

export function Decision(props: DecisionProps) {
  const {
    name,
    choices,
    about,
    shortest,
    hint,
    parties = [],
    cents = 0,
    proposal,
    decide,
    onDone,
    onStale,
  } = props;
  const choice = useSignal<DecisionChoice | null>(null);
  const reason = useSignal("");
  const error = useSignal("");
  const act = useAction(async (key, value: string, text: string) => ({
    answer: await decide(key, value, text),
  }));
  const choose = (found: DecisionChoice) => {
    if (act.busy.peek()) return;
    if (choice.value?.ready?.includes(reason.value) && choice.value.value !== found.value) reason.value = "";
    choice.value = found;
  };
  useShortcuts(choices, choose);
  const first = proposal && (
    <FirstDecision
      proposal={proposal}
      label={choices.find((one) => one.value === proposal.decision)?.label ?? proposal.decision}
    />
  );
  const onlyLooks = parties.includes(person.value?.userId)
    ? t("admin.own_affair")
    : isOwn(proposal) && t("admin.own_proposal");
  if (onlyLooks)
    return (
      <>
        {first}
        <Note kind="info">{onlyLooks}</Note>
      </>
    );

  const send = async () => {
    const chosen = choice.value;
    if (!chosen) return;
    error.value = reason.value.trim().length < shortest ? t("admin.reason_missing", { min: shortest }) : "";
    if (error.value) return;
    const done = await act.run(chosen.value, reason.value.trim());
    if (done) {
      const waits = (done.answer as { proposal?: unknown } | null)?.proposal;
      if (waits) sayFirst(chosen.label);
      else say(chosen.label, about);
      choice.value = null;
      reason.value = "";
      onDone(done.answer);
    } else if (act.failure.value instanceof Refusal && act.failure.value.status === 412) onStale?.();
  };
  const wrong = errorsOf(act.failure.value);
  const refused = wrong.reason ?? wrong.note;
  const two = choice.value && needOfTwo(cents, proposal, choice.value.value);
  return (
    <div class="decision">
      {first}
      <fieldset class="row">
        <legend class="visually-hidden">{t("admin.decision")}</legend>
        {choices.map((one) => (
          <label key={one.value} class="choice">
            <input
              type="radio"
              name={`${name}-decision`}
              checked={choice.value?.value === one.value}
              disabled={act.busy.value}
              onChange={() => choose(one)}
            />
            {one.label}
            {one.shortcut && <kbd>{one.shortcut}</kbd>}
          </label>
        ))}
      </fieldset>
      {choice.value && (
        <Form busy={act.busy.value} onSend={() => void send()}>
          <Note kind="info">
            {choice.value.effect}
            {two && <p>{two}</p>}
          </Note>
          {choice.value.ready && (
            <div class="row">
              {choice.value.ready.map((text) => (
                <Button
                  key={text}
                  kind="plain"
                  onClick={() => {
                    reason.value = text;
                  }}
                >
                  {text}
                </Button>
              ))}
            </div>
          )}
          <TextArea
            name={`${name}-reason`}
            label={shortest > 0 ? t("admin.reason") : t("admin.reason_optional")}
            {...(hint && { hint })}
            rows={3}
            maxLength={500}
            value={reason.value}
            error={error.value || refused}
            onInput={(text) => {
              reason.value = text;
            }}
          />
          {!refused && <FailureNote failure={act.failure.value} />}
          <Button kind={choice.value.danger ? "danger" : "primary"} busy={act.busy.value}>
            {choice.value.label}
          </Button>
        </Form>
      )}
    </div>
  );
}

function useShortcuts(choices: DecisionChoice[], choose: (choice: DecisionChoice) => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
        return;
      const found = choices.find((one) => one.shortcut === event.key.toLowerCase());
      if (found) choose(found);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [choices]);
}
