/** Photos: made small on the phone, kept until they are uploaded, and uploaded one at a time. */

import { newKey } from "../api/action";
import { api, ask, type Schemas } from "../api/client";
import { Refusal, Unreachable } from "../api/problems";
import { personId } from "../session/person";
import { type Database, databaseOf, isFull, type KeptPicture } from "./database";
import { noteUsage } from "./usage";

export type Purpose = Schemas["UploadRequest"]["purpose"];

const SIDE = 1280;
const BYTES = 150_000;
const NO_PROGRESS = 30_000;
const UPLOAD_LASTS = 23 * 3_600_000; // the API keeps an upload for 24 hours until it is handed in

/** Photos for which the phone has no room: they last as long as the page. */
const unkept = new Map<string, KeptPicture>();
personId.subscribe((now) => {
  if (now === null) unkept.clear(); // they went with their owner
});

/** Whether a photo is lost when the page ends, because the phone is full. */
export function isUnkept(id: string): boolean {
  return unkept.has(id);
}

/** A file that is no picture this phone can read. */
export class NotAPicture extends Error {}

/** Makes a photo small, keeps it, and returns its id. Throws NotAPicture. */
export async function keepPicture(file: Blob): Promise<KeptPicture> {
  const owner = personId.peek();
  const small = await shrink(file);
  const picture: KeptPicture = { id: newKey(), createdAt: Date.now(), ...small };
  await keep(picture, owner);
  return picture;
}

/** Moves the photos that a visitor kept to the person who signed in; on a full phone they last as long as the page. */
export async function adoptPictures(from: Database, owner: string): Promise<void> {
  const to = await databaseOf(owner);
  for (const picture of await from.getAll("pictures")) {
    const moved = await to.put("pictures", picture).catch(() => undefined);
    await from.delete("pictures", picture.id); // on a full phone that makes the room
    if (!moved) await keep(picture, owner);
  }
}

/** Returns a kept photo. */
export async function keptPicture(id: string): Promise<KeptPicture | undefined> {
  return unkept.get(id) ?? (await databaseOf(personId.peek())).get("pictures", id);
}

/** Deletes kept photos. */
export async function dropPictures(ids: string[]): Promise<void> {
  const db = await databaseOf(personId.peek());
  for (const id of ids) {
    unkept.delete(id);
    await db.delete("pictures", id);
  }
}

/** Uploads kept photos in their order and returns their keys; `progress` gets the id and the part that is done, 0 to 1. */
export async function uploadPictures(
  ids: string[],
  purpose: Purpose,
  progress: (id: string, part: number) => void = () => undefined,
): Promise<string[]> {
  const owner = personId.peek();
  const keys: string[] = [];
  for (const id of ids) {
    const picture = await keptPicture(id);
    if (!picture) throw new NotAPicture(id);
    const done = picture.upload;
    if (done?.purpose === purpose && done.at > Date.now() - UPLOAD_LASTS) {
      keys.push(done.key);
    } else {
      const key = await upload(picture.blob, purpose, (part) => progress(id, part));
      await keep({ ...picture, upload: { key, purpose, at: Date.now() } }, owner);
      keys.push(key);
    }
    progress(id, 1);
  }
  return keys;
}

async function upload(blob: Blob, purpose: Purpose, progress: (part: number) => void): Promise<string> {
  const answer = await ask(
    api.POST("/uploads", {
      body: { purpose, contentType: blob.type as "image/webp", sizeBytes: blob.size },
      params: { header: { "Idempotency-Key": newKey() } }, // a form is good for five minutes: each try gets a fresh one
    }),
  );
  const form = answer as Schemas["UploadForm"];
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
  data.append("file", blob);
  await post(form.url, data, progress);
  noteUsage("uploads", blob.size);
  return form.key;
}

function post(url: string, data: FormData, progress: (part: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    let stalled = setTimeout(() => request.abort(), NO_PROGRESS);
    request.upload.onprogress = (event) => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), NO_PROGRESS);
      progress(event.lengthComputable ? event.loaded / event.total : 0);
    };
    request.onloadend = () => {
      clearTimeout(stalled);
      if (request.status >= 200 && request.status < 300) done();
      else if (request.status === 0) fail(new Unreachable("upload"));
      else fail(new Refusal(new Response(null, { status: request.status }), { code: "upload_refused" }));
    };
    request.open("POST", url);
    request.send(data);
  });
}

async function shrink(file: Blob): Promise<{ blob: Blob; width: number; height: number }> {
  let full: ImageBitmap;
  try {
    full = await createImageBitmap(file);
  } catch (cause) {
    throw new NotAPicture("not a picture", { cause });
  }
  const scale = Math.min(1, SIDE / Math.max(full.width, full.height));
  const width = Math.max(1, Math.round(full.width * scale));
  const height = Math.max(1, Math.round(full.height * scale));
  full.close();
  const bitmap = await createImageBitmap(file, {
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: "medium",
  });
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  for (const quality of [0.7, 0.5, 0.3]) {
    const blob = await written(canvas, quality);
    if (blob.size <= BYTES || quality === 0.3) return { blob, width, height };
  }
  throw new NotAPicture("cannot be written");
}

async function written(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  const as = (type: string) => new Promise<Blob | null>((done) => canvas.toBlob(done, type, quality));
  const webp = await as("image/webp");
  if (webp?.type === "image/webp") return webp;
  const jpeg = await as("image/jpeg"); // a browser that cannot write WebP writes PNG instead
  if (!jpeg) throw new NotAPicture("cannot be written");
  return jpeg;
}

/** Keeps a photo with its owner, on a full phone in the page; after a sign-out nothing of theirs is kept again. */
async function keep(picture: KeptPicture, owner: string | null): Promise<void> {
  if (personId.peek() !== owner) return;
  try {
    await (await databaseOf(owner)).put("pictures", picture);
    unkept.delete(picture.id);
  } catch (cause) {
    if (!isFull(cause)) throw cause;
    unkept.set(picture.id, picture);
  }
}
