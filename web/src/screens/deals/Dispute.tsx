/** Not built yet. */
export default function Dispute() {
  return null;
}
