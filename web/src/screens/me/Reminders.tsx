/** Not built yet. */
export default function Reminders() {
  return null;
}
