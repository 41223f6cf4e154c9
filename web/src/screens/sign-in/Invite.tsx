/** Not built yet. */
export default function Invite() {
  return null;
}
