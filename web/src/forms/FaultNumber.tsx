/** The number of a request that failed by a fault of Khaya's, by which the operator finds it. */
import { type Failure, isFault, Refusal } from "../api/problems";
import { helpAddress } from "../ui/helpAddress";
import { t } from "../words/words";

export function FaultNumber({
  failure,
  address = helpAddress.value,
}: {
  failure: Failure;
  address?: string;
}) {
  const id = failure instanceof Refusal && isFault(failure) ? failure.problem.requestId : undefined;
  if (!id) return null;
  if (!address) return <p class="small">{t("failure.keep_number", { id })}</p>;
  const mail = `mailto:${address}?subject=${encodeURIComponent(`Khaya ${id}`)}`;
  return (
    <p class="small">
      <a class="tap" href={mail}>
        {t("failure.tell_number", { address, id })}
      </a>
    </p>
  );
}
