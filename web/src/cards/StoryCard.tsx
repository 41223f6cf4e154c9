/** One story of a list. */
import type { Schemas } from "../api/client";
import { Photo } from "../offline/Photo";
import { Badge } from "../ui/Badge";
import { t } from "../words/words";

export function StoryCard({ story }: { story: Schemas["StoryCard"] }) {
  return (
    <article class="card">
      <div class="row top-row">
        <StoryPicture media={story.media[0]} alt="" width={88} />
        <div class="grow">
          <h3>
            <a class="cover" href={`/stories/${story.id}`}>
              {story.title}
            </a>
          </h3>
          <p class="row small">
            <span>{t(`story_type.${story.type}`)}</span>
            {story.featured && <Badge icon="star">{t("card.featured")}</Badge>}
          </p>
        </div>
      </div>
      <p>{story.excerpt}</p>
      <p class="row small soft">
        <span>{story.authorName}</span>
        <span>{t("card.likes", { n: story.likes })}</span>
      </p>
    </article>
  );
}

/** A photo of a story. Its size is not known, so that it stands in a box of 4 to 3. */
export function StoryPicture({
  media,
  alt,
  width,
}: {
  media: Schemas["StoryMedia"] | undefined;
  alt: string;
  width: number;
}) {
  if (!media?.url || !media.contentType.startsWith("image/")) return null;
  return (
    <Photo
      picture={{ url: media.url, urls: null, width: 4, height: 3, state: "ready" }}
      alt={alt}
      width={width}
    />
  );
}
