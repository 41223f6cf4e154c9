/** Registers this browser for push messages at the API, and takes it out again. */
import { api, ask, askGone, type Schemas } from "../api/client";
import { forgetDevice, idToRegister, keepDevice, triedDevice } from "./device";

/** Whether this browser can show push messages. */
export function canPush(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** Asks for leave and registers. Returns false where the person said no. `key` is the deployment's public key. */
export async function startPush(key: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(key),
  });
  const { endpoint, keys } = subscription.toJSON();
  const id = idToRegister();
  const body = { platform: "web", subscription: { endpoint, keys } } as Schemas["Registration"];
  await ask(api.PUT("/devices/{deviceId}", { params: { path: { deviceId: id } }, body }));
  keepDevice(id);
  return true;
}

/** Ends the messages to this browser. */
export async function stopPush(): Promise<void> {
  const id = triedDevice();
  if (id) await askGone(api.DELETE("/devices/{deviceId}", { params: { path: { deviceId: id } } }));
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  forgetDevice();
}

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}
