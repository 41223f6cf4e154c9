/** What waits to be sent, what needs its owner, and the drafts that are kept. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { sentence } from "../../api/problems";
import type { Draft, OutboxItem } from "../../offline/database";
import { allDrafts, deleteDraft, takeUp } from "../../offline/drafts";
import { outbox, remove, sendAgain } from "../../offline/outbox";
import { refusalOf } from "../../offline/takeBack";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { isWord, t } from "../../words/words";

export default function OutboxPage() {
  const { route } = useLocation();
  const drafts = useSignal<Draft[]>([]);
  useEffect(() => {
    void allDrafts().then((found) => {
      drafts.value = found;
    });
  }, []);
  const dropDraft = async (draft: Draft) => {
    await deleteDraft(draft);
    drafts.value = drafts.value.filter((one) => one.key !== draft.key);
  };
  return (
    <Page title={t("outbox.title")} back="/inbox">
      <p>{t("outbox.what")}</p>
      {outbox.value.length === 0 && drafts.value.length === 0 && (
        <Empty text={t("outbox.empty")}>
          <LinkButton href="/deals">{t("bar.work")}</LinkButton>
        </Empty>
      )}
      <ul class="list">
        {outbox.value.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {drafts.value.length > 0 && <h2>{t("outbox.drafts")}</h2>}
      <ul class="list">
        {drafts.value.map((draft) => (
          <li key={draft.key} class="card">
            <p>{t("outbox.draft_of", { when: moment(new Date(draft.updatedAt).toISOString()) })}</p>
            <p class="soft">{firstText(draft)}</p>
            <Button kind="secondary" onClick={() => void takeUp(draft).then(() => route(draft.path))}>
              {t("outbox.go_on")}
            </Button>
            <Button kind="plain" onClick={() => void dropDraft(draft)}>
              {t("outbox.delete")}
            </Button>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Item({ item }: { item: OutboxItem }) {
  const kind = `outbox.kind_${item.kind}`;
  return (
    <li class="card">
      <h2>{isWord(kind) ? t(kind) : item.kind}</h2>
      <p>{item.title}</p>
      {item.state === "needs_you" ? (
        <Badge icon="warning" tone="bad">
          {t("outbox.needs_you")}
        </Badge>
      ) : (
        <Badge icon="clock" tone="wait">
          {item.state === "sending" ? t("outbox.sending") : t("outbox.waiting")}
        </Badge>
      )}
      {item.doubt && <p>{item.doubt === "seems_sent" ? t("outbox.seems_sent") : t("outbox.seems_lost")}</p>}
      {item.failure && <p>{sentence(refusalOf(item.failure))}</p>}
      {item.state === "needs_you" && item.editPath && item.failure && (
        <LinkButton kind="secondary" href={item.editPath}>
          {t("outbox.correct")}
        </LinkButton>
      )}
      <Button kind="secondary" busy={item.state === "sending"} onClick={() => void sendAgain(item.id)}>
        {item.doubt ? t("outbox.send_anew") : t("outbox.send_now")}
      </Button>
      <Button kind="plain" onClick={() => void remove(item.id)}>
        {t("outbox.delete")}
      </Button>
    </li>
  );
}

/** Returns the first text of a draft, by which its owner knows it again. */
function firstText(draft: Draft): string {
  const text = Object.values(draft.value).find(
    (value) => typeof value === "string" && value.trim().length > 4,
  );
  return String(text ?? "").slice(0, 80);
}
