/** Likes a story, or takes the like back. A like while signed out is made after the sign-in. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { newKey } from "../../api/action";
import type { Schemas } from "../../api/client";
import type { Refusal } from "../../api/problems";
import { FailureNote } from "../../forms/FailureNote";
import { outbox, remove, submit } from "../../offline/outbox";
import { signedIn } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { t } from "../../words/words";

type Likes = Schemas["LikesView"];

interface LikeButtonProps {
  story: Pick<Schemas["StoryView"], "id" | "title" | "likes" | "liked">;
  onLikes: (likes: Likes) => void;
}

export function LikeButton({ story, onLikes }: LikeButtonProps) {
  const { query, route } = useLocation();
  const failure = useSignal<Refusal | undefined>(undefined);
  const busy = useSignal(false);
  const set = async (liked: boolean) => {
    if (busy.value) return;
    busy.value = true;
    failure.value = undefined;
    onLikes({ liked, likes: Math.max(0, story.likes + (liked ? 1 : -1)) }); // as it will be; the answer corrects it
    const path = `/stories/${story.id}/like`;
    for (const item of outbox.peek())
      if (item.path === path && item.state === "waiting") await remove(item.id); // the newest wish counts
    const result = await submit({
      id: newKey(),
      kind: "like",
      title: story.title,
      method: liked ? "PUT" : "DELETE",
      path,
      object: `stories/${story.id}`,
    });
    if (result.state === "sent") onLikes(result.answer as Likes);
    if (result.state === "refused") {
      onLikes({ liked: !liked, likes: story.likes });
      failure.value = result.refusal;
    }
    busy.value = false;
  };
  const wished = query.like === "1" && signedIn.value;
  useEffect(() => {
    if (!wished) return;
    route(`/stories/${story.id}`, true);
    if (!story.liked) void set(true);
  }, [wished]);
  return (
    <>
      <p role="status">{t("card.likes", { n: story.likes })}</p>
      <FailureNote failure={failure.value} />
      {signedIn.value ? (
        <Button
          kind={story.liked ? "secondary" : "primary"}
          busy={busy.value}
          onClick={() => void set(!story.liked)}
        >
          {story.liked ? t("public.story.unlike") : t("public.story.like")}
        </Button>
      ) : (
        <LinkButton href={`/sign-in?then=${encodeURIComponent(`/stories/${story.id}?like=1`)}`}>
          {t("public.story.like")}
        </LinkButton>
      )}
    </>
  );
}
