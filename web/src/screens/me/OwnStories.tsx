/** One's own stories in each state, with the moderator's reason. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, askGone, type Schemas } from "../../api/client";
import { forget, usePages } from "../../api/query";
import { FailureNote } from "../../forms/FailureNote";
import { Loaded } from "../../forms/Loaded";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Sheet } from "../../ui/Sheet";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";

type Story = Schemas["OwnStoryView"];

const LOOKS = {
  pending: { icon: "clock", tone: "wait" },
  approved: { icon: "done", tone: "good" },
  rejected: { icon: "warning", tone: "bad" },
} as const;

export default function OwnStories() {
  const stories = usePages<Story>(
    "stories/mine",
    (cursor) => ask(api.GET("/stories/mine", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  const asked = useSignal<Story | null>(null);
  const remove = useAction(async (_key, id: string) => {
    await askGone(api.DELETE("/stories/{storyId}", { params: { path: { storyId: id } } }));
    asked.value = null;
    forget("stories");
    await stories.reload();
  });
  return (
    <Page title={t("me.stories")} back="/me">
      <LinkButton href="/me/stories/new">{t("stories.tell")}</LinkButton>
      <Loaded query={stories} empty={<Empty text={t("stories.none_own")} />}>
        {(items) => (
          <ul class="list">
            {items.map((story) => (
              <li key={story.id} class="card">
                <h2>
                  <a class="tap" href={`/stories/${story.id}`}>
                    {story.title}
                  </a>
                </h2>
                <Badge {...LOOKS[story.status]}>{t(`stories.status_${story.status}`)}</Badge>
                {story.status === "rejected" && story.moderation?.reason && (
                  <p>{t("stories.reason", { reason: story.moderation.reason })}</p>
                )}
                <p class="soft">{t("stories.likes", { n: story.likes })}</p>
                <Button
                  kind="plain"
                  onClick={() => {
                    asked.value = story;
                  }}
                >
                  {t("stories.delete")}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore
        more={stories.hasMore.value}
        busy={stories.loading.value}
        onMore={() => void stories.more()}
      />
      {asked.value && (
        <Sheet
          title={t("stories.delete_sure", { title: asked.value.title })}
          onClose={() => {
            asked.value = null;
          }}
        >
          <FailureNote failure={remove.failure.value} />
          <Button
            kind="danger"
            busy={remove.busy.value}
            onClick={() => void remove.run(asked.value?.id ?? "")}
          >
            {t("stories.delete")}
          </Button>
          <Button
            kind="secondary"
            onClick={() => {
              asked.value = null;
            }}
          >
            {t("cancel")}
          </Button>
        </Sheet>
      )}
    </Page>
  );
}
