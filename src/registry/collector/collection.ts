/** What a registry's collector did, or would do, as it said itself. */
export interface Collection {
	/** What is needed: blobs that were marked; `undefined`: it did not say. */
	readonly marked: number | undefined;
	/** What is not needed. */
	readonly blobs: number;
	readonly manifests: number;
	/** Links of layers, which only Distribution 3 collects. */
	readonly layerLinks: number;
	/** What the blobs take up; only GitLab's registry says it. */
	readonly bytes: number | undefined;
	/** Digests of some of the blobs. */
	readonly examples: readonly string[];
}

/** How a collector ended. */
export interface CollectorEnd {
	/** `undefined`: it is not known. */
	readonly exitCode: number | undefined;
	readonly collection: Collection;
	/** The last lines that it printed. */
	readonly said: readonly string[];
}

/**
 * Counts what a collector prints, where it runs, and lets through only what is parsed here: it prints a line for each blob,
 * of which there may be millions. Source: registry/storage/{garbagecollect,vacuum}.go of Distribution 2.8 and 3.1, and of
 * GitLab's registry, which logs the same as text, JSON or logfmt.
 */
export const COUNT_LINES = `
/marking (manifest|blob)/ || /[Dd]eleting (blob|manifest|repo|layer)/ { next }
/blob eligible for deletion/ { if (++blobs <= 20) print; next }
/layer link eligible for deletion/ { links++; next }
/manifest eligible for deletion/ || /manifest metadata will be deleted/ { manifests++; next }
/blobs marked, / || /mark stage complete/ { print; next }
/^regmigrate-exit / { code = $2; next }
{ last[lines++ % 20] = $0 }
END {
	for (i = lines > 20 ? lines - 20 : 0; i < lines; i++) print "said " last[i % 20]
	printf "counted %d %d %d %s\\n", blobs, manifests, links, code
}`;

/** Reads what `COUNT_LINES` lets through. */
export function parseCollection(output: string): CollectorEnd {
	const lines = output.split("\n");
	const counted =
		/^counted (\d+) (\d+) (\d+) (\d*)$/m.exec(output)?.slice(1) ?? [];
	const [blobs = "", manifests = "", layerLinks = "", code = ""] = counted;
	const { marked, bytes } = summaryIn(lines);
	return {
		exitCode: code === "" ? undefined : Number(code),
		collection: {
			...{ marked, bytes },
			blobs: Number(blobs),
			manifests: Number(manifests),
			layerLinks: Number(layerLinks),
			examples: lines
				.filter((line) => line.includes("blob eligible for deletion"))
				.flatMap((line) => DIGEST.exec(line)?.slice(0, 1) ?? []),
		},
		said: lines
			.filter((line) => line.startsWith("said "))
			.map((line) => line.slice("said ".length))
			.filter((line) => line.trim() !== ""),
	};
}

const DIGEST = /\b[a-z0-9]+:[0-9a-f]{32,}\b/;

/** The last line of the mark stage: Distribution's sentence, or a line of GitLab's log. */
function summaryIn(
	lines: readonly string[],
): Pick<Collection, "marked" | "bytes"> {
	const summary =
		lines.find((line) =>
			/^\d+ blobs marked, |mark stage complete/.test(line),
		) ?? "";
	const numberAt = (pattern: RegExp) => {
		const found = pattern.exec(summary)?.[1];
		return found === undefined ? undefined : Number(found);
	};
	return {
		marked:
			numberAt(/^(\d+) blobs marked/) ??
			numberAt(/"?blobs_marked"?[=:]\s*(\d+)/),
		bytes: numberAt(/"?storage_use_estimate_bytes"?[=:]\s*(\d+)/),
	};
}
