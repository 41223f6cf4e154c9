import { beforeEach, describe, expect, it, vi } from "vitest";
import { outbox } from "../src/offline/outbox";
import OwnEnquiries from "../src/screens/me/OwnEnquiries";
import { placeOf } from "../src/screens/me/placeOf";
import { answers, noNetwork, problem, signInAs } from "./api";
import { emptyDevice } from "./device";
import { linkTo, sees, show, tap, type, words } from "./screen";

const ENQUIRY = {
  id: "q1",
  listingId: "l1",
  listingTitle: "Cement 50 kg",
  sellerId: "u1",
  sellerName: "Sipho",
  buyerId: "u2",
  buyerName: "Thandi",
  contact: { displayName: "Thandi", phone: "+27821234567" },
  text: "Do you deliver to Umlazi?",
  quantity: 20,
  status: "open",
  answer: null,
  closedAt: null,
  createdAt: "2026-11-01T08:00:00Z",
};
const LIST = { "GET /enquiries/mine": { items: [ENQUIRY], nextCursor: null } };

beforeEach(async () => {
  signInAs(["seller"]);
  await emptyDevice();
});

describe("enquiries of a seller", () => {
  it("given an open enquiry, when the list is read, then the buyer can be called and written to", async () => {
    answers(LIST);
    show(<OwnEnquiries />, "/me/enquiries?as=seller");
    await sees("Do you deliver to Umlazi?");
    expect(linkTo("Call Thandi")).toBe("tel:+27821234567");
    expect(linkTo("Write on WhatsApp")).toMatch(/^https:\/\/wa\.me\/27821234567\?text=/);
    expect(words()).toContain("For 20");
  });

  it("given an answer, when it is sent, then it goes to its enquiry", async () => {
    const asked = answers({ ...LIST, "POST /enquiries/q1/answer": { ...ENQUIRY, status: "answered" } });
    show(<OwnEnquiries />, "/me/enquiries?as=seller");
    await type("text-q1", " Yes, on Friday. ");
    await tap("Send answer");
    await sees("Your answer is sent.");
    expect(asked.find((one) => one.method === "POST")?.body).toEqual({ text: "Yes, on Friday." });
  });

  it("given no network, when an answer is sent, then it waits; given an empty one, then words are asked for", async () => {
    answers({ ...LIST, "POST /enquiries/q1/answer": noNetwork });
    show(<OwnEnquiries />, "/me/enquiries?as=seller");
    await tap("Send answer");
    await sees("Write your answer.");
    await type("text-q1", "Yes");
    await tap("Send answer");
    await sees("Kept on this phone.");
    expect(outbox.value[0]?.object).toBe("enquiries/q1");
  });

  it("given an enquiry that was answered elsewhere, when it is answered, then the words stay in the form", async () => {
    answers({
      ...LIST,
      "POST /enquiries/q1/answer": problem(409, "enquiry_status", { detail: "The enquiry is answered." }),
    });
    show(<OwnEnquiries />, "/me/enquiries?as=seller");
    await type("text-q1", "Yes, on Friday.");
    await tap("Send answer");
    await sees("The question was answered or closed meanwhile.");
    expect((document.getElementById("text-q1") as HTMLTextAreaElement).value).toBe("Yes, on Friday.");
  });

  it("given an enquiry, when it is closed, then the question is asked first", async () => {
    const asked = answers({ ...LIST, "POST /enquiries/q1/closing": { ...ENQUIRY, status: "closed" } });
    show(<OwnEnquiries />, "/me/enquiries?as=seller");
    await tap("Close without an answer");
    await sees("Close this question?");
    expect(asked.some((one) => one.method === "POST")).toBe(false);
    document.querySelector<HTMLElement>("dialog .danger")?.click();
    await vi.waitFor(() => expect(asked.some((one) => one.path === "/enquiries/q1/closing")).toBe(true));
  });
});

describe("enquiries of a buyer", () => {
  it("given an answer, when the list is read, then it is there, and no form and no own phone are", async () => {
    const answered = {
      ...ENQUIRY,
      status: "answered",
      answer: { text: "Yes, on Friday.", at: "2026-11-01T09:00:00Z" },
    };
    const asked = answers({ "GET /enquiries/mine": { items: [answered], nextCursor: null } });
    show(<OwnEnquiries />, "/me/enquiries?as=buyer");
    await sees("Yes, on Friday.");
    expect(asked[0]?.path).toBe("/enquiries/mine?as=buyer");
    expect(document.querySelector("form")).toBeNull();
    expect(linkTo("Call")).toBeUndefined();
  });

  it.each([
    ["+27821234567", "The seller sees your number: 082 123 4567"],
    [null, "The seller sees no phone number of yours."],
  ])("given a buyer with the phone %s, then they see what the seller sees of it", async (phone, text) => {
    const one = { ...ENQUIRY, sellerId: "u3", buyerId: "u1", contact: { displayName: "Thandi", phone } };
    answers({ "GET /enquiries/mine": { items: [one], nextCursor: null } });
    show(<OwnEnquiries />, "/me/enquiries?as=buyer");
    await sees(text);
  });
});

it.each([
  ["enquiryReceived", "seller"],
  ["enquiryAnswered", "buyer"],
  ["enquiryClosed", "buyer"],
])(
  "given a notice %s, when it is opened, then the reader's side of the questions is shown: %s",
  (kind, side) => {
    expect(placeOf({ kind, data: { listingId: "01BRICK" } })).toBe(`/me/enquiries?as=${side}`);
  },
);
