/** Not built yet. */
export default function OwnBids() {
  return null;
}
