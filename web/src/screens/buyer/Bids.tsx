/** Not built yet. */
export default function Bids() {
  return null;
}
