/** The person's jobs to which photos can go: work to hand in, and problems to which they can add evidence. */
import { useOpenActions } from "../../api/deals";
import { Loaded } from "../../forms/Loaded";
import { Button } from "../../ui/Button";
import { type Aim, aimOf } from "./aims";

export function OwnWork({ onUse }: { onUse: (aim: Aim) => void }) {
  const actions = useOpenActions();
  return (
    <Loaded query={actions}>
      {(items) =>
        items.map((action) => {
          const aim = aimOf(action);
          return (
            aim && (
              <Button key={aim.draft} kind="secondary" onClick={() => onUse(aim)}>
                {aim.label}
              </Button>
            )
          );
        })
      }
    </Loaded>
  );
}
