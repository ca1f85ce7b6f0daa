import { ConfigurationError } from "../configuration-error.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { BEGIN, END, type Outline } from "./managed-block.ts";

/**
 * Reads a file as Ruby does, and evaluates nothing of it: only Ruby knows what is a comment, and what is a heredoc, a
 * string or a `=begin` section that looks like one. What Ruby says of a mistake quotes the line, and with it perhaps a
 * secret: only its number is told (I7).
 */
const PROGRAM = String.raw`
require 'json'
require 'ripper'
$VERBOSE = nil
text = STDIN.binmode.read.force_encoding('UTF-8')
begin
  RubyVM::InstructionSequence.compile(text, 'gitlab.rb')
rescue SyntaxError => error
  puts JSON.generate('mistake' => error.message[/gitlab\.rb:(\d+)/, 1].to_i)
  exit
end
lines = Hash.new { |found, mark| found[mark] = [] }
Ripper.lex(text).each do |(line, _), type, token|
  lines['data'] << line if type == :on___end__
  next unless type == :on_comment
  lines['begins'] << line if token.start_with?('${BEGIN}')
  lines['ends'] << line if token.start_with?('${END}')
end
puts JSON.generate('begins' => lines['begins'], 'ends' => lines['ends'], 'data' => lines['data'].first)
`;

/**
 * Where in a `gitlab.rb` our marks are, by the Ruby of the node. Rejects with a `ConfigurationError` when it is not Ruby.
 * `file` is its name, `ruby` the interpreter on the host.
 */
export async function readOutline(
	host: Host,
	ruby: string,
	{ text, file }: { readonly text: string; readonly file: string },
	{ signal }: Call = {},
): Promise<Outline> {
	const result = await host.run([ruby, "-e", PROGRAM], { input: text, signal });
	const said: unknown =
		result.code === 0 ? JSON.parse(result.stdout.toString()) : undefined;
	if (typeof said !== "object" || said === null)
		throw new RegistryError(
			"failed",
			`Cannot read ${file} on ${host.name}: ${ruby} did not take it apart (exit code ${result.code})`,
		);
	const found = new Map<string, unknown>(Object.entries(said));
	const mistake = found.get("mistake");
	if (mistake !== undefined)
		throw new ConfigurationError(
			"malformed",
			file,
			`it is not Ruby (line ${mistake})`,
			{ suggestions: ["gitlab-ctl show-config says what is wrong with it."] },
		);
	const data = found.get("data");
	return {
		begins: numbers(found.get("begins")),
		ends: numbers(found.get("ends")),
		data: typeof data === "number" ? data : undefined,
	};
}

function numbers(value: unknown): readonly number[] {
	return Array.isArray(value)
		? value.filter((item) => typeof item === "number")
		: [];
}
