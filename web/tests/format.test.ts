import { describe, expect, it } from "vitest";
import { readMoney } from "../src/forms/read";
import { day, deadline, moment, money, phone } from "../src/words/format";
import { useWords } from "../src/words/words";

describe("amounts", () => {
  it.each([
    ["1 234,50", 123450],
    ["1234.5", 123450],
    ["R 300", 30000],
    ["r12", 1200],
    ["0.05", 5],
    ["1\u00a0000", 100000],
  ])("given %s, when it is read, then it is %i cents", (text, cents) => {
    expect(readMoney(text)).toBe(cents);
  });

  it.each(["1,234", "1.234", "12.345", "-5", "", "R", "1.2.3", "ten", "12e3", "1 234.5.6"])(
    "given %s, when it is read, then it is in doubt",
    (text) => {
      expect(readMoney(text)).toBeNull();
    },
  );

  it.each([
    [123450, "R1\u00a0234.50"],
    [123400, "R1\u00a0234"],
    [5, "R0.05"],
    [100000000, "R1\u00a0000\u00a0000"],
    [-5000, "−R50"],
  ])("given %i cents, when they are shown, then they read %s", (cents, text) => {
    expect(money(cents)).toBe(text);
  });
});

describe("dates", () => {
  it("given a moment late in the evening in UTC, when it is shown, then it is the next day in South Africa", async () => {
    const year = new Date().getUTCFullYear();
    expect(moment(`${year}-12-04T22:30:00.000Z`)).toMatch(/ 5 December, 00:30$/);
    await useWords("zu");
    expect(day(`${year}-12-05`)).toMatch(/ 5 Disemba$/);
  });
});

describe("deadlines", () => {
  const year = new Date().getUTCFullYear();
  it.each([
    [`${year}-12-02T22:30:00.000Z`, / 3 December$/],
    [`${year}-12-02T21:30:00.000Z`, / 2 December, 23:30$/],
    [`${year}-11-30T22:30:00.000Z`, / 1 December, 00:30$/],
    [`${year}-11-29T02:54:00.000Z`, / 29 November$/],
  ])("given the evening of 1 December, when the deadline %s is shown, then it reads %s", async (at, text) => {
    await useWords("en");
    expect(deadline(at, Date.parse(`${year}-12-01T20:00:00.000Z`))).toMatch(text);
  });
});

describe("phone numbers", () => {
  it("given a South African number, when it is shown, then it has its usual blanks", () => {
    expect(phone("+27821234567")).toBe("082 123 4567");
    expect(phone("+268761234567")).toBe("+268761234567");
  });
});
