/** One story, and the like of the person who reads it. */
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { ShareButton } from "../../cards/ShareButton";
import { StoryPicture } from "../../cards/StoryCard";
import { Loaded } from "../../forms/Loaded";
import { person, signedIn } from "../../session/person";
import { Badge } from "../../ui/Badge";
import { Page } from "../../ui/Page";
import { day } from "../../words/format";
import { t } from "../../words/words";
import { LikeButton } from "./LikeButton";

export type Story = Schemas["StoryView"] | Schemas["OwnStoryView"];

export default function StoryPage({ id }: { id: string }) {
  const story = useQuery<Story>(
    `stories/${id}`,
    () => ask(api.GET("/stories/{storyId}", { params: { path: { storyId: id } } })),
    signedIn.value ? "private" : "public", // its author sees more, and each person their own like
  );
  return (
    <Page title={story.data.value?.title ?? t("public.story.title")} back="/stories">
      <Loaded query={story}>
        {(value) => (
          <>
            <Content story={value} />
            <LikeButton
              story={value}
              onLikes={(likes) => {
                story.data.value = { ...value, ...likes };
              }}
            />
            <ShareButton kind="stories" id={id} text={value.title} />
            {value.authorId !== person.value?.userId && (
              <p>
                <a class="tap" href={`/report/story/${id}`}>
                  {t("public.report.story")}
                </a>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Content({ story }: { story: Story }) {
  return (
    <>
      <p class="row">
        <a class="tap" href={`/people/${story.authorId}`}>
          {story.authorName}
        </a>
        <span class="soft">{t(`story_type.${story.type}`)}</span>
        <span class="soft">{day(story.createdAt)}</span>
        {story.featured && <Badge icon="star">{t("card.featured")}</Badge>}
        {"status" in story && story.status !== "approved" && (
          <Badge icon="clock" tone="wait">
            {t(`story_status.${story.status}`)}
          </Badge>
        )}
      </p>
      {story.media.length > 0 && (
        <div class="photos">
          {story.media.map((media, index) => (
            <StoryPicture
              key={media.url ?? index}
              media={media}
              alt={t("photos.number", { number: index + 1 })}
              width={320}
            />
          ))}
        </div>
      )}
      <p class="text">{story.content}</p>
    </>
  );
}
