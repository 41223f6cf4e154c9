/** A copy of all data of one's own, made in the background and fetched by a link. */
import { useEffect } from "preact/hooks";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { useQuery } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";

const AGAIN_AFTER = 3_000;

export default function Export() {
  const state = useQuery("export", () => ask(api.GET("/profiles/me/export")));
  const start = useAction(async (key) => {
    await ask(api.POST("/profiles/me/export", { params: { header: { "Idempotency-Key": key } } }));
    await state.reload();
  });
  const pending = state.data.value?.status === "pending";
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setInterval(() => void state.reload(), AGAIN_AFTER);
    return () => clearInterval(timer);
  }, [pending, state]);
  return (
    <Page title={t("settings.export")} back="/me/settings">
      <p>{t("settings.export_what")}</p>
      <FailureNote failure={start.failure.value} />
      <Loaded query={state}>
        {(found) => (
          <>
            {found.status === "pending" && <Note kind="waiting">{t("settings.export_pending")}</Note>}
            {found.status === "ready" && found.url && (
              <Note kind="done">
                <p>
                  <a class="tap" href={found.url} download>
                    {t("settings.export_get")}
                  </a>
                </p>
                {found.expiresAt && <p>{t("settings.export_until", { when: moment(found.expiresAt) })}</p>}
              </Note>
            )}
          </>
        )}
      </Loaded>
      {!pending && (
        <Button busy={start.busy.value} onClick={() => void start.run()}>
          {t("settings.export_make")}
        </Button>
      )}
    </Page>
  );
}
