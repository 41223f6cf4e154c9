/** How many photos a form takes is the deployment's to say. */
import { afterEach, expect, it, vi } from "vitest";
import { PhotoField } from "../src/forms/PhotoField";
import { answers } from "./api";
import { close, open } from "./screen";

afterEach(close);

const field = () => document.querySelector("input[type=file]");

it.each([
  { limit: 2, offers: false },
  { limit: 3, offers: true },
])(
  "given two photos and a deployment that takes $limit, then a further one is offered: $offers",
  async ({ limit, offers }) => {
    const asked = answers({ "GET /config": { limits: { photos: limit }, oldestClient: 0 } });
    await open(
      "/post/work",
      <PhotoField name="photos" label="Photos" ids={["a", "b"]} onChange={() => undefined} />,
    );
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await vi.waitFor(() => expect(field() !== null).toBe(offers));
  },
);
