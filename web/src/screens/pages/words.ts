/** The long texts are a file of their own, which is loaded before the first of these pages is shown. */
import { addWords } from "../../words/words";

await addWords("pages");
