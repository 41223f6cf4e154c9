/** Not built yet. */
export default function Home() {
  return null;
}
