/** Reminders that one sets for oneself: a text, a day and a time. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, askGone, type Schemas } from "../../api/client";
import { forget, usePages } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { TextField } from "../../forms/TextField";
import { WaitingNote } from "../../forms/WaitingNote";
import type { OutboxItem } from "../../offline/database";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { Skeleton } from "../../ui/Skeleton";
import { moment } from "../../words/format";
import { t } from "../../words/words";

type Reminder = Schemas["ReminderView"];

const EMPTY = { text: "", at: "" };
const ADDRESS = { method: "POST", path: "/reminders" } as const;
/** South Africa is two hours before UTC all year; the field of a time has no zone. */
const ZONE = 2 * 3_600_000;

export default function Reminders() {
  const reminders = usePages<Reminder>(
    "reminders",
    (cursor) => ask(api.GET("/reminders", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  const remove = useAction(async (_key, id: string) => {
    await askGone(api.DELETE("/reminders/{id}", { params: { path: { id } } }));
    forget("reminders");
    await reminders.reload();
  });
  return (
    <Page title={t("me.reminders")} back="/me">
      <NewReminder onSent={() => void reminders.reload()} />
      <FailureNote failure={remove.failure.value} />
      <Loaded query={reminders} empty={<Empty text={t("reminders.empty")} />}>
        {(items) => (
          <ul class="list">
            {items.map((one) => (
              <li key={one.id} class="card">
                <p>{one.text}</p>
                <p class="soft">
                  {one.status === "sent"
                    ? t("reminders.sent", { when: moment(one.dueAt) })
                    : moment(one.dueAt)}
                </p>
                <Button kind="plain" busy={remove.busy.value} onClick={() => void remove.run(one.id)}>
                  {t("reminders.delete")}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore
        more={reminders.hasMore.value}
        busy={reminders.loading.value}
        onMore={() => void reminders.more()}
      />
    </Page>
  );
}

function NewReminder({ onSent }: { onSent: () => void }) {
  const draft = useDraft("reminder", EMPTY);
  const sending = useSending(draft, undefined, { onSent });
  const before = useTakenBack(draft, ADDRESS, valuesOfItem, sending);
  const own = useSignal<Errors>({});
  if (!draft.ready.value) return <Skeleton />;
  const { text, at } = draft.values.value;
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const errors = errorsLeft(own.value, refusal, { text, dueAt: at });
  const send = async () => {
    own.value = {
      ...(text.trim() ? {} : { text: t("reminders.text_missing") }),
      ...(at ? {} : { dueAt: t("reminders.time_missing") }),
    };
    if (Object.keys(own.value).length) return;
    const dueAt = new Date(`${at}:00+02:00`).toISOString(); // the field has no zone: South African time is meant
    await sending.send({
      ...ADDRESS,
      kind: "reminder",
      title: text,
      body: { text, dueAt },
      editPath: "/me/reminders",
    });
  };
  return (
    <Form busy={sending.busy.value} onSend={() => void send()}>
      <ErrorSummary errors={errors} />
      {outcome?.state === "waiting" && <WaitingNote />}
      {outcome?.state === "sent" && <Note kind="done">{t("reminders.saved")}</Note>}
      {!Object.keys({ ...errors, ...errorsOf(refusal) }).length && <FailureNote failure={refusal} />}
      <TextField
        name="text"
        label={t("reminders.text")}
        maxLength={200}
        value={text}
        error={errors.text}
        onInput={(value) => draft.change({ text: value })}
      />
      <TextField
        name="dueAt"
        type="datetime-local"
        label={t("reminders.when")}
        value={at}
        error={errors.dueAt}
        onInput={(value) => draft.change({ at: value })}
      />
      <Button busy={sending.busy.value}>{t("reminders.set")}</Button>
    </Form>
  );
}

/** Returns the values of a reminder that came back. */
function valuesOfItem({ body }: OutboxItem): typeof EMPTY {
  const due = Date.parse(String(body?.dueAt ?? ""));
  return {
    text: String(body?.text ?? ""),
    at: Number.isNaN(due) ? "" : new Date(due + ZONE).toISOString().slice(0, 16),
  };
}
