/** Posting a job: four questions, a page to check the answers, and the sending. */
import { useLocation } from "preact-iso";
import { useConfiguration } from "../../api/deals";
import { useDraft } from "../../offline/drafts";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { BudgetStep } from "./BudgetStep";
import { CategoryStep } from "./CategoryStep";
import { CheckStep } from "./CheckStep";
import { PlaceStep } from "./PlaceStep";
import { EMPTY_POSTING, type PostingValues, pathOf, STEPS, type Step } from "./posting";
import { WorkStep } from "./WorkStep";

export default function PostJob({ step = "category" }: { step?: string }) {
  const { route } = useLocation();
  const draft = useDraft<PostingValues>("job", EMPTY_POSTING);
  const config = useConfiguration();
  if (!draft.ready.value)
    return (
      <Page title={t("buyer.post_title")}>
        <Skeleton />
      </Page>
    );
  if (step === "check") return <CheckStep draft={draft} amounts={config.data.value?.amounts} />;
  const here: Step = STEPS.find((one) => one === step) ?? "category";
  const props = { draft, onDone: () => route(pathOf(STEPS[STEPS.indexOf(here) + 1] ?? "check")) };
  switch (here) {
    case "category":
      return <CategoryStep {...props} />;
    case "work":
      return <WorkStep {...props} />;
    case "place":
      return <PlaceStep {...props} />;
    case "budget":
      return <BudgetStep {...props} amounts={config.data.value?.amounts} />;
  }
}
