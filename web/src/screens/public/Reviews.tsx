/** What others say of a person, with the person's answers. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Empty } from "../../ui/Empty";
import { ShowMore } from "../../ui/ShowMore";
import { StarsGiven } from "../../ui/Stars";
import { day } from "../../words/format";
import { t } from "../../words/words";

type Review = Schemas["ReviewView"];

export function Reviews({ id }: { id: string }) {
  const reviews = usePages<Review>(
    `profiles/${id}/reviews`,
    (cursor) =>
      ask(
        api.GET("/profiles/{userId}/reviews", {
          params: { path: { userId: id }, query: { limit: 10, ...(cursor ? { cursor } : {}) } },
        }),
      ),
    "public",
  );
  return (
    <section>
      <h2>{t("public.person.reviews")}</h2>
      <Loaded query={reviews} empty={<Empty text={t("rating.none")} />}>
        {(items) => (
          <>
            <ul class="list">
              {items.map((one) => (
                <li key={one.id} class="card">
                  <ReviewOf review={one} />
                </li>
              ))}
            </ul>
            <ShowMore
              more={reviews.hasMore.value}
              busy={reviews.loading.value}
              onMore={() => void reviews.more()}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}

function ReviewOf({ review }: { review: Review }) {
  return (
    <article>
      <p class="row">
        <StarsGiven stars={review.rating} />
        <span>{review.reviewerName}</span>
        <span class="small soft">{day(review.createdAt)}</span>
      </p>
      <p class="small soft">{t(`public.person.as_${review.subjectRole}`)}</p>
      {review.comment && <p class="text">{review.comment}</p>}
      {review.response && (
        <blockquote>
          <p class="small soft">{t("public.person.answer", { when: day(review.response.createdAt) })}</p>
          <p class="text">{review.response.comment}</p>
        </blockquote>
      )}
      <p class="small">
        <a class="tap" href={`/report/review/${review.id}`}>
          {t("public.report.review")}
        </a>
      </p>
    </article>
  );
}
