/** Where one is signed in, with a way to end each session, or all. */
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { api, ask, askGone, type Schemas } from "../../api/client";
import { Refusal } from "../../api/problems";
import { usePages } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { leave } from "../../session/leave";
import { person } from "../../session/person";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { moment } from "../../words/format";
import { t } from "../../words/words";

type Session = Schemas["SessionView"];

export default function Sessions() {
  const { route } = useLocation();
  const sessions = usePages<Session>("sessions", (cursor) =>
    ask(api.GET("/sessions", { params: { query: cursor ? { cursor } : {} } })),
  );
  const end = useAction(async (_key, session: Session) => {
    if (session.current) {
      await leave();
      route("/", true);
      return;
    }
    await askGone(api.DELETE("/sessions/{sessionId}", { params: { path: { sessionId: session.id } } }));
    await sessions.reload();
  });
  const endAll = useAction(async () => {
    const owner = person.peek()?.userId;
    try {
      await ask(api.DELETE("/sessions"));
    } catch (cause) {
      // An earlier try had ended them all, and its answer was lost.
      if (!(cause instanceof Refusal && cause.status === 401)) throw cause;
    }
    await leave(false, owner);
    route("/", true);
  });
  return (
    <Page title={t("settings.sessions")} back="/me/settings">
      <p>{t("settings.sessions_what")}</p>
      <FailureNote failure={end.failure.value ?? endAll.failure.value} />
      <Loaded query={sessions}>
        {(items) => (
          <ul class="list">
            {items.map((one) => (
              <li key={one.id} class="card">
                <h2>{one.device || t("settings.unknown_device")}</h2>
                {one.current && (
                  <Badge icon="phone" tone="good">
                    {t("settings.this_device")}
                  </Badge>
                )}
                <p class="soft">{t("settings.last_used", { when: moment(one.lastUsedAt) })}</p>
                <Button kind="secondary" busy={end.busy.value} onClick={() => void end.run(one)}>
                  {t("settings.end_session")}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore
        more={sessions.hasMore.value}
        busy={sessions.loading.value}
        onMore={() => void sessions.more()}
      />
      <Button kind="danger" busy={endAll.busy.value} onClick={() => void endAll.run()}>
        {t("settings.end_all")}
      </Button>
    </Page>
  );
}
