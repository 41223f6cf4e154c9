/** Not built yet. */
export default function Invitation() {
  return null;
}
