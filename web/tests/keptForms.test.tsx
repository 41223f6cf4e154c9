import type { ComponentChild } from "preact";
import { beforeEach, expect, it, vi } from "vitest";
import { database } from "../src/offline/database";
import { Agreement } from "../src/screens/deals/Agreement";
import { AnswerForm } from "../src/screens/me/AnswerForm";
import Reminders from "../src/screens/me/Reminders";
import Report from "../src/screens/me/Report";
import { Stock } from "../src/screens/seller/Stock";
import { answers, signInAs } from "./api";
import { emptyDevice } from "./device";
import { LISTING } from "./publicSamples";
import { BUYER, dispute, escrow, jobInProgress } from "./samples";
import { close, show } from "./screen";

/** Each form that is shown beside other things: its draft, a kept value, the field, and what the field then has. */
const FORMS: [string, object, string, string, () => ComponentChild][] = [
  [
    "report/job/j1",
    { reason: "It is a trick." },
    "reason",
    "It is a trick.",
    () => <Report kind="job" id="j1" />,
  ],
  ["reminder", { text: "Buy cement", at: "" }, "text", "Buy cement", () => <Reminders />],
  [
    "answer/q1",
    { text: "Yes, we do." },
    "text-q1",
    "Yes, we do.",
    () => <AnswerForm enquiry={{ id: "q1", listingTitle: "Cement" } as never} onAnswered={() => undefined} />,
  ],
  [
    `stock/${LISTING.id}`,
    { delta: 5 },
    `stock-${LISTING.id}`,
    String(LISTING.stock + 5),
    () => <Stock listing={LISTING as never} onChanged={() => undefined} />,
  ],
  [
    "settlement/01JOB",
    { refundCents: "123" },
    "refundCents",
    "123",
    () => (
      <Agreement
        job={jobInProgress({ buyerId: BUYER })}
        side="buyer"
        escrow={escrow({ status: "disputed", dispute: dispute() })}
        onChanged={() => undefined}
      />
    ),
  ],
];

beforeEach(async () => {
  close();
  signInAs();
  await emptyDevice();
});

it.each(FORMS)(
  "given the draft %s, when its form opens, then no field is there before it has what was kept",
  async (key, value, field, kept, screen) => {
    answers({ "GET /reminders": { items: [], nextCursor: null } });
    await (await database("private")).put("drafts", {
      key,
      value: value as Record<string, unknown>,
      idempotencyKey: "k",
      path: "/",
      updatedAt: Date.now(),
    });
    const seen = new Set<string>();
    const watch = new MutationObserver(() => {
      const found = document.getElementById(field) as HTMLInputElement | null;
      if (found) seen.add(found.value);
    });
    watch.observe(document.body, { childList: true, subtree: true, attributes: true });
    show(screen());
    const first = document.getElementById(field) as HTMLInputElement | null;
    expect(first).toBeNull();
    await vi.waitFor(() =>
      expect((document.getElementById(field) as HTMLInputElement | null)?.value).toBe(kept),
    );
    watch.disconnect();
    expect([...seen]).toEqual([kept]);
  },
);
