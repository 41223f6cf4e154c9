import { afterEach, describe, expect, it, vi } from "vitest";
import { dataSaver, setDataSaver } from "../src/offline/dataSaver";
import { noteUsage } from "../src/offline/usage";
import { shares } from "../src/screens/pages/Amounts";
import DataUse from "../src/screens/pages/DataUse";
import Help from "../src/screens/pages/Help";
import NotFound from "../src/screens/pages/NotFound";
import Privacy from "../src/screens/pages/Privacy";
import { WhomToAsk } from "../src/screens/pages/Sections";
import Terms from "../src/screens/pages/Terms";
import { NotChecked } from "../src/ui/NotChecked";
import { useWords } from "../src/words/words";
import { answers, noNetwork } from "./api";
import { close, find, linkTo, open, sees, words } from "./screen";

afterEach(() => {
  close();
  vi.unstubAllGlobals();
  setDataSaver(false);
});

const CONFIGURATION = {
  limits: { changes: 3, openDays: 30 },
  amounts: { escrowMinCents: 20_000, escrowMaxCents: 5_000_000, withdrawalMinCents: 10_000 },
  escrow: {
    feePercent: 5,
    depositPercent: 30,
    allAtOnceBelowCents: 50_000,
    depositHours: 72,
    balanceHours: 72,
    releaseHours: 72,
  },
};

describe("help", () => {
  it("given the API's figures, when it is opened, then fees, times and an example are there", async () => {
    answers({ "GET /config": CONFIGURATION });
    await open("/help", <Help />);
    await sees("R1\u00a0050");
    await sees("R315");
    await sees("R950");
    await sees("72 hours");
  });

  it("given no network, when it is opened, then the texts are there", async () => {
    answers({ "GET /config": noNetwork });
    await open("/help", <Help />);
    await sees("Khaya keeps the money until the work is done.");
    await sees("You are offline");
  });

  it("given a link to a part, when it is opened, then that part is open and the others are not", async () => {
    answers({ "GET /config": CONFIGURATION });
    const shown = await open("/help#safe", <Help />);
    expect([...shown.querySelectorAll("details[open]")].map((one) => one.id)).toEqual(["safe"]);
  });

  it.each([
    [100_000, 105_000, 31_500, 95_000],
    [40_000, 42_000, 42_000, 38_000],
    [50_010, 52_511, 15_753, 47_509],
  ])(
    "given a price of %i cents, when its shares are shown, then half cents go up",
    (price, buyer, deposit, worker) => {
      expect(shares(price, CONFIGURATION.escrow)).toEqual({
        buyerCents: buyer,
        depositCents: deposit,
        workerCents: worker,
      });
    },
  );
});

describe("texts in isiZulu that nobody has checked", () => {
  it("given isiZulu, when texts about money are shown, then the English stands beneath", async () => {
    answers({ "GET /config": CONFIGURATION });
    await useWords("zu");
    const shown = await open("/help", <Help />);
    await sees("i-Khaya igcina imali kuze kuphele umsebenzi.");
    await sees("Khaya keeps the money until the work is done.");
    expect(shown.querySelector(".original")?.getAttribute("lang")).toBe("en");
    expect(shown.textContent).not.toContain("A buyer posts a job with a place and a budget.");
  });

  it("given isiZulu, when a page is shown, then it says that its translation is not checked, and leads to somebody who reads; in English it does not", async () => {
    await useWords("zu");
    await open("/", <NotChecked address="help@example.org" />);
    await sees("Akekho oseyihlolile le nguqulo yesiZulu.");
    expect(linkTo("Sitshele ngephutha")).toBe("mailto:help@example.org?subject=isiZulu");
    await open("/", <NotChecked address="" />);
    await sees("Akekho oseyihlolile le nguqulo yesiZulu.");
    expect(document.querySelector("a")).toBeNull();
    await useWords("en");
    const shown = await open("/", <NotChecked />);
    expect(shown.textContent).toBe("");
  });

  it("given an operator without an address, when people read whom to ask, then they are sent to nobody who is not there", async () => {
    await open("/help", <WhomToAsk address="" />);
    await sees("Use Report at the end of each job");
    expect(linkTo("10111")).toBe("tel:10111");
    await sees("Call your bank's fraud line.");
    expect(words()).not.toContain("Tell us");
    await open("/help", <WhomToAsk address="help@example.org" />);
    expect(linkTo("Write to help@example.org")).toBe("mailto:help@example.org");
    await sees("say the number that Khaya showed you");
  });

  it("given English, when the rules are shown, then each text stands once", async () => {
    const shown = await open("/terms", <Terms />);
    await sees("Khaya is a marketplace.");
    expect(shown.querySelector(".original")).toBeNull();
  });
});

describe("the other pages", () => {
  it("given the page about data, when it is opened, then it says how to erase and whom to complain to", async () => {
    await open("/privacy", <Privacy />);
    await sees("Deleting cannot be undone.");
    await sees("inforegulator.org.za");
  });

  it("given use of this month, when the page is opened, then kilobytes stand there by kind", async () => {
    noteUsage("data", 10_000);
    noteUsage("photos", 100);
    await open("/data-use", <DataUse />);
    await sees("10 KB");
    await sees("1 KB");
    await sees("11 KB");
  });

  it("given the switch, when the data saver is chosen, then it is on and kept", async () => {
    const shown = await open("/data-use", <DataUse />);
    shown.querySelector<HTMLInputElement>("#saver")?.click();
    expect(dataSaver.value).toBe(true);
    expect(localStorage.getItem("khaya-data-saver")).toBe("on");
  });

  it("given an address that leads nowhere, when it is opened, then there are ways on", async () => {
    await open("/nowhere", <NotFound />);
    expect((await find("Go to the start")).getAttribute("href")).toBe("/");
  });
});
