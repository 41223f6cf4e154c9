/** One job of a list: what, where, for how much, for whom. */
import type { Schemas } from "../api/client";
import { Photo } from "../offline/Photo";
import { Icon } from "../ui/Icon";
import { Stars } from "../ui/Stars";
import { day, money } from "../words/format";
import { t } from "../words/words";
import { CategoryPicture } from "./CategoryPicture";
import { Verified } from "./PersonLine";

export function JobCard({ job, href = `/jobs/${job.id}` }: { job: Schemas["JobCard"]; href?: string }) {
  const photo = job.photos[0];
  return (
    <article class="card">
      <div class="row top-row">
        {photo?.url ? (
          <Photo picture={photo} alt="" width={88} />
        ) : (
          <CategoryPicture category={job.category} />
        )}
        <div class="grow">
          <h3>
            <a class="cover" href={href}>
              {job.title}
            </a>
          </h3>
          <p class="row">
            <span>
              <Icon name="place" />
              {job.location}
            </span>
            <span class="soft">{t(`category.${job.category}`)}</span>
          </p>
        </div>
      </div>
      <p class="row">
        <span class="amount">{t("card.budget", { amount: money(job.budgetCents) })}</span>
        <span>{t(`payment.${job.payment}`)}</span>
        <span>{t("card.bids", { n: job.bidCount })}</span>
      </p>
      <p class="row small">
        <span>{job.buyerName}</span>
        {job.buyer.verified && <Verified />}
        <Stars average={job.buyer.rating.average} count={job.buyer.rating.count} />
        <span class="soft">
          {job.startDate
            ? t("card.start_on", { day: day(job.startDate) })
            : t("card.posted", { when: day(job.createdAt) })}
        </span>
      </p>
    </article>
  );
}
