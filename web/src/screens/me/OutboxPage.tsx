/** Not built yet. */
export default function OutboxPage() {
  return null;
}
