/** The ways by which one hears of notices: in groups, and all at once. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import NoticeChannels from "../src/screens/settings/Channels";
import { groupsOf } from "../src/screens/settings/noticeGroups";
import { answers, signInAs } from "./api";
import { emptyDevice } from "./device";
import { close, find, open, sees, submitForm, tap } from "./screen";

const CHANNELS = {
  bidReceived: ["push"],
  bidAccepted: ["push", "sms"],
  storyApproved: [],
  somethingNew: ["email"],
};

beforeEach(async () => {
  signInAs(["buyer"]);
  await emptyDevice();
});

async function opened() {
  const asked = answers({
    "GET /notifications/preferences": { language: "en", channels: CHANNELS },
    "PUT /notifications/preferences": {},
    "GET /config": { webPushKey: null, oldestClient: 0 },
  });
  await open("/me/settings/notices", <NoticeChannels />);
  await sees("For all notices");
  return asked;
}

describe("the ways to notices", () => {
  it("given kinds of several subjects, when the page opens, then each subject is closed and says what is on", async () => {
    await opened();
    expect((await find("Bids")).textContent).toContain("Push, SMS for some");
    expect((await find("Stories")).textContent).toContain("Only in your inbox");
    expect(document.querySelectorAll("details[open]")).toHaveLength(0);
  });

  it("given many kinds, when a way is switched for all of them, then one tap does it", async () => {
    const asked = await opened();
    await tap("WhatsApp");
    await submitForm();
    await sees("Saved");
    const sent = asked.find((one) => one.method === "PUT");
    expect(sent?.body).toMatchObject({
      channels: {
        bidReceived: ["push", "whatsapp"],
        bidAccepted: ["push", "sms", "whatsapp"],
        storyApproved: ["whatsapp"],
        somethingNew: ["email", "whatsapp"],
      },
    });
  });

  it("given ways that were changed on another phone, when the page opens, then they are shown and not written over", async () => {
    await opened();
    close();
    const asked = answers({
      "GET /notifications/preferences": { language: "en", channels: { ...CHANNELS, bidReceived: ["email"] } },
      "PUT /notifications/preferences": {},
      "GET /config": { webPushKey: null, oldestClient: 0 },
    });
    await open("/me/settings/notices", <NoticeChannels />);
    await vi.waitFor(async () => expect((await find("Bids")).textContent).toContain("E-mail for some"));
    await tap("Stories");
    await submitForm();
    await sees("Saved");
    const sent = asked.find((one) => one.method === "PUT");
    expect(sent?.body).toMatchObject({ channels: { bidReceived: ["email"] } });
  });

  it("given any kinds, when they are grouped, then each stands in one group, also one that this build does not know", () => {
    const kinds = Object.keys(CHANNELS);
    const groups = groupsOf(kinds);
    expect(groups.flatMap((one) => one.kinds).sort()).toEqual([...kinds].sort());
    expect(groups.at(-1)).toEqual({ word: "settings.about_other", kinds: ["somethingNew"] });
  });
});
