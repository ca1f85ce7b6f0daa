import { overlap, type Range } from "./range.ts";
import { heredocsIn } from "./ruby-literals.ts";
import { rubySecrets } from "./ruby-secrets.ts";
import { isObjectName, SECRET_NAME } from "./secret-names.ts";

/** A secret's name, quoted or not, and what stands between it and its value. */
const NAMED = new RegExp(
	`(?<![\\w.-])(["']?)(${SECRET_NAME})\\1\\]?[ \\t]*(=>|[:=](?!=))[ \\t]*`,
	"gi",
);

/** What is a secret wherever it stands: the first group. */
const ANYWHERE: readonly RegExp[] = [
	// The user and the password of a URL; they may hold "/" and "@".
	/:\/\/([^\s"'<>]*)@/dg,
	/[?&][\w-]*(?:sig|signature|token|secret|password|key)=([^&\s"'#]+)/dgi,
	/\b(?:bearer|basic)[ \t]+([\w.~+/=-]{6,})/dgi,
	/(\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53})/dg,
	/-----BEGIN [A-Z ]*PRIVATE KEY-----([\s\S]*?)(?:-----END|$)/dg,
];

/** In a line up to a name, what begins a comment in YAML, Ruby and shells; `#{` in Ruby does not. */
const COMMENT = /(?:^|\s)#(?!\{)/;

/**
 * Finds secrets in any text, in its comments too, by the names before them and by what they look like. In Ruby, only
 * what is written out is a secret: an expression that fetches one is none, and stays to be seen.
 */
export function secretsInText(text: string, isRuby: boolean): readonly Range[] {
	const ranges: Range[] = [];
	const heredocs = isRuby ? heredocsIn(text) : [];
	const expressions: number[] = [];
	for (const match of text.matchAll(NAMED)) {
		const [all, , name = ""] = match;
		if (isObjectName(name)) continue;
		const start = match.index + all.length;
		const lineStart = text.lastIndexOf("\n", match.index - 1) + 1;
		const isComment = COMMENT.test(text.slice(lineStart, match.index));
		const place = { start: match.index, end: start };
		// Most likely YAML: GitLab's LDAP servers are written so.
		const isHeredoc = heredocs.some((heredoc) => overlap(heredoc, place));
		if (isRuby && !isHeredoc) expressions.push(start);
		if (!isRuby || isHeredoc || isComment)
			ranges.push(...valueAt(text, match.index, start, lineStart));
	}
	if (isRuby) ranges.push(...rubySecrets(text, expressions));
	for (const pattern of ANYWHERE)
		for (const { indices } of text.matchAll(pattern)) {
			const [start, end] = indices?.[1] ?? [0, 0];
			ranges.push({ start, end });
		}
	return ranges;
}

/** The value that begins at `start`, after a name at `nameAt`; none where it is a map, or on the next line. */
function valueAt(
	text: string,
	nameAt: number,
	start: number,
	lineStart: number,
): readonly Range[] {
	const newline = text.indexOf("\n", start);
	const lineEnd = newline === -1 ? text.length : newline;
	const rest = text.slice(start, lineEnd);
	// An anchor or a tag before the value.
	const prefix = /^(?:[&!]\S*[ \t]+)*/.exec(rest)?.[0].length ?? 0;
	const value = rest.slice(prefix);
	const at = start + prefix;
	if (/^[|>][+\-\d]*\s*(#.*)?$/.test(value))
		return blockAfter(text, lineStart, lineEnd);
	const quoted = /^(["'])((?:\\.|''|(?!\1)[^\\])*)/.exec(value);
	if (quoted !== null) {
		const [, , inner = ""] = quoted;
		return [{ start: at + 1, end: at + 1 + inner.length }];
	}
	if (value.startsWith("{") || value.startsWith("*")) return [];
	if (value.startsWith("[")) {
		const closing = value.lastIndexOf("]");
		return [{ start: at + 1, end: closing === -1 ? lineEnd : at + closing }];
	}
	const isFirst = /^[\s#-]*["']?$/.test(text.slice(lineStart, nameAt));
	const plain = isFirst ? /^.*?(?=\s+#|\s*$)/ : /^[^,}\]\s]*/;
	const length = plain.exec(value)?.[0].length ?? 0;
	return [{ start: at, end: at + length }];
}

/** The lines of a block: those that are indented further than the one that begins it. */
function blockAfter(
	text: string,
	lineStart: number,
	lineEnd: number,
): readonly Range[] {
	const indentAt = (from: number) =>
		/^[#\s]*/.exec(text.slice(from).split("\n", 1)[0] ?? "")?.[0].length ?? 0;
	const indent = indentAt(lineStart);
	let end = lineEnd;
	while (end < text.length) {
		const next = text.indexOf("\n", end + 1);
		const until = next === -1 ? text.length : next;
		const line = text.slice(end + 1, until);
		if (line.trim() !== "" && indentAt(end + 1) <= indent) break;
		end = until;
	}
	return [{ start: lineEnd, end }];
}
