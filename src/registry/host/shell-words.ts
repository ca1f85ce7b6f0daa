/**
 * Writes words so that a POSIX shell reads exactly these words from the text: each stands between single quotes, where
 * nothing but a single quote means anything. A word cannot hold a zero byte.
 */
export function shellWords(words: readonly string[]): string {
	return words.map(quoted).join(" ");
}

/** Words that no shell reads otherwise are left as they are, so that people can read them. */
function quoted(word: string): string {
	if (/^[\w./:@%+,-]+$/.test(word)) return word;
	return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
