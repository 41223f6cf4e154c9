/** Files of the API that need the token, as statements and papers: read here, then handed to the browser to keep. */
import { authorized } from "./client";
import { Refusal, Unreachable } from "./problems";

/**
 * Reads a file of the API and gives it to the browser under a name.
 *
 * The API may lead to a signed link, which the browser follows by itself. Throws Refusal and Unreachable.
 */
export async function download(path: string, name: string): Promise<void> {
  let response = await authorized(new Request(new URL(`/api${path}`, location.href)));
  // Browsers before 2023 send the token on to the signed link, where storage refuses it beside the link's own signature.
  if (response.redirected && !response.ok) response = await withoutToken(response.url);
  if (!response.ok) throw new Refusal(response, await response.json().catch(() => undefined));
  const url = URL.createObjectURL(await contentOf(response));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a slow phone reads the file after the click
}

async function withoutToken(url: string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    throw new Unreachable("no answer", { cause });
  }
}

async function contentOf(response: Response): Promise<Blob> {
  try {
    return await response.blob();
  } catch (cause) {
    throw new Unreachable("the file broke off", { cause });
  }
}
