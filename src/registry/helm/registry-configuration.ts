/**
 * The `config.yml` that the registry's pods start with, put together as the chart's `configure` script does it: the content
 * of the storage Secret, indented, right below `storage:`, with `delete` enabled where it says nothing of that. What the
 * pods read from files when they start (`{% … %}`, passwords) is left out. Source: gitlab-org/charts/gitlab,
 * charts/registry/values.yaml (init.script) and templates/configmap.yaml.
 */
export function registryConfiguration(
	template: string,
	storage: string | undefined,
): string {
	const text = withoutDirectives(template);
	if (storage === undefined) return text;
	const block = hasDelete(storage)
		? storage
		: `${storage}\ndelete:\n  enabled: true\n`;
	const indented = block
		.split("\n")
		.map((line) => (line.trim() === "" ? "" : `  ${line}`))
		.join("\n");
	return text.replace(/^storage:.*$/m, (line) => `${line}\n${indented}`);
}

/** As the script looks for it: `enabled` on the line right below. */
function hasDelete(storage: string): boolean {
	return /^delete:\s*\n\s{2,4}enabled:/m.test(storage);
}

/**
 * A template without its directives. Of alternatives the first stays: of `database.enabled` that is "prefer", which says
 * that it is not known.
 */
function withoutDirectives(template: string): string {
	let isAlternative = false;
	const lines = template.split("\n").filter((line) => {
		const directive = /^\s*\{%-?\s*(\S+).*%\}\s*$/.exec(line)?.[1];
		if (directive === "else") isAlternative = true;
		else if (directive === "end") isAlternative = false;
		return directive === undefined && !isAlternative;
	});
	return lines.join("\n").replaceAll(/\{%.*?%\}/g, "from-a-file");
}
