/** A queue of things to decide: a list that is read again by a button, and every minute while it is seen. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Pages } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { Said } from "./said";

const AGAIN_AFTER = 60_000;

interface QueueProps<T> {
  pages: Pages<T>;
  children: (item: T) => ComponentChildren;
}

export function Queue<T extends object>({ pages, children }: QueueProps<T>) {
  useRefresh(() => void pages.reload());
  return (
    <>
      <Said />
      <Button kind="secondary" busy={pages.loading.value} onClick={() => void pages.reload()}>
        {t("admin.refresh")}
      </Button>
      <Loaded
        query={pages}
        empty={
          <Empty text={t("admin.nothing_waits")}>
            <LinkButton kind="secondary" href="/admin">
              {t("admin.to_queues")}
            </LinkButton>
          </Empty>
        }
      >
        {(items) => (
          <ul class="list">
            {items.map((item, index) => (
              <li key={keyOf(item, index)} class="card">
                {children(item)}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore more={pages.hasMore.value} busy={pages.loading.value} onMore={() => void pages.more()} />
    </>
  );
}

/** Reads again every minute while the page is seen. */
export function useRefresh(read: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") read();
    }, AGAIN_AFTER);
    return () => clearInterval(timer);
  }, [read]);
}

function keyOf(item: object, index: number): string | number {
  const { id, jobId, userId } = item as { id?: string; jobId?: string; userId?: string };
  return id ?? jobId ?? userId ?? index;
}
