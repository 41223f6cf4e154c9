/** Notices, newest first: each row opens what it is about, and is then read. */

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { newKey, useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { unreadCount } from "../../api/counts";
import { forget, usePages } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { outbox, submit } from "../../offline/outbox";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { moment } from "../../words/format";
import { t } from "../../words/words";
import { placeOf } from "./placeOf";

type Notice = Schemas["NotificationView"];

export default function Inbox() {
  const { route } = useLocation();
  const notices = usePages<Notice>("notifications", readPage, "private");
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void notices.reload();
    }, 60_000);
    return () => clearInterval(timer);
  }, [notices]);
  const readAll = useAction(async (key) => {
    await ask(api.POST("/notifications/read", { params: { header: { "Idempotency-Key": key } } }));
    unreadCount.value = 0;
    await notices.reload();
  });
  const open = (notice: Notice) => {
    if (!notice.read) markRead(notice);
    route(placeOf(notice));
  };
  return (
    <Page title={t("bar.inbox")}>
      {outbox.value.length > 0 && (
        <LinkButton kind="secondary" href="/outbox">
          {t("outbox.see")}
        </LinkButton>
      )}
      <FailureNote failure={readAll.failure.value} />
      <Loaded
        query={notices}
        empty={
          <Empty text={t("inbox.empty")}>
            <LinkButton href="/jobs">{t("bar.find")}</LinkButton>
          </Empty>
        }
      >
        {(items) => (
          <>
            {unreadCount.value > 0 && (
              <Button kind="plain" busy={readAll.busy.value} onClick={() => void readAll.run()}>
                {t("inbox.read_all")}
              </Button>
            )}
            <ul class="list">
              {items.map((notice) => (
                <li key={notice.id}>
                  <a
                    class={notice.read ? "card" : "card unread"}
                    href={placeOf(notice)}
                    onClick={(event) => {
                      event.preventDefault();
                      open(notice);
                    }}
                  >
                    <strong>
                      {!notice.read && <span class="visually-hidden">{t("inbox.new")}</span>}
                      {notice.title}
                    </strong>
                    <p>{notice.text}</p>
                    <p class="soft small">{moment(notice.updatedAt)}</p>
                  </a>
                </li>
              ))}
            </ul>
            <ShowMore
              more={notices.hasMore.value}
              busy={notices.loading.value}
              onMore={() => void notices.more()}
            />
          </>
        )}
      </Loaded>
      <LinkButton kind="plain" href="/me/reminders">
        {t("me.reminders")}
      </LinkButton>
    </Page>
  );
}

async function readPage(cursor?: string) {
  const page = await ask(api.GET("/notifications", { params: { query: cursor ? { cursor } : {} } }));
  if (!cursor) unreadCount.value = page.unreadCount;
  return page;
}

/** Marks a notice as read; without a network the mark waits in the outbox. */
function markRead(notice: Notice): void {
  unreadCount.value = Math.max(0, unreadCount.peek() - 1);
  forget("notifications");
  void submit({
    id: newKey(),
    kind: "read",
    title: notice.title,
    method: "POST",
    path: `/notifications/${notice.id}/read`,
    object: `notifications/${notice.id}`,
  });
}
