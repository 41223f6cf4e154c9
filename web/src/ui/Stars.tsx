/** A rating in stars and in words. People without reviews have none, which is not the same as zero stars. */
import { decimal } from "../words/format";
import { t } from "../words/words";
import { Icon } from "./Icon";

export function Stars({ average, count }: { average: number | null; count: number }) {
  if (average === null || count === 0) return <span class="stars none">{t("rating.none")}</span>;
  return (
    <span class="stars">
      <Icon name="star" />
      {t("rating.of", { average: decimal(average), n: count })}
    </span>
  );
}

/** The stars of one review. */
export function StarsGiven({ stars }: { stars: number }) {
  return (
    <span class="stars">
      <Icon name="star" />
      {t("card.stars", { stars })}
    </span>
  );
}
