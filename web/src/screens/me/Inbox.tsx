/** Not built yet. */
export default function Inbox() {
  return null;
}
