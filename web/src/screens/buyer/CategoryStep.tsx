/** The first question: the kind of work. A tap on a tile is the answer and leads on. */
import { JOB_CATEGORIES } from "../../cards/CategoryPicture";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import { PAGES } from "./posting";
import type { StepProps } from "./StepForm";

export function CategoryStep({ draft, onDone }: StepProps) {
  const chosen = draft.values.value.category;
  return (
    <Page title={t("buyer.ask_category")} back="/">
      <p class="soft">{t("buyer.step", { number: 1, of: PAGES })}</p>
      <div class="choices tiles">
        {JOB_CATEGORIES.map((category) => (
          <button
            key={category}
            type="button"
            class="choice"
            aria-pressed={category === chosen}
            onClick={() => {
              draft.change({ category });
              onDone();
            }}
          >
            <Icon name={category} />
            {t(`category.${category}`)}
          </button>
        ))}
      </div>
    </Page>
  );
}
