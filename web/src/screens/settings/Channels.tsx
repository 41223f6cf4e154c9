/** Not built yet. */
export default function Channels() {
  return null;
}
