import { describe, expect, test } from "vitest";
import { rubyLiteral } from "../../../src/registry/linux-package/ruby-literal.ts";

describe("rubyLiteral", () => {
	test.each([
		["plain", "'plain'"],
		["", "''"],
		["it's \\ here", "'it\\'s \\\\ here'"],
		["#{x} is not evaluated", "'#{x} is not evaluated'"],
		['two\nlines #{x} "quoted"', '"two\\u{a}lines \\#{x} \\"quoted\\""'],
		["é €😀", '"\\u{e9} \\u{20ac}\\u{1f600}"'],
	])("quotes %j", (text, ruby) => {
		expect(rubyLiteral(text)).toBe(ruby);
	});

	test("writes numbers, booleans and maps as the package's template does", () => {
		expect(rubyLiteral({})).toBe("{}");
		expect(rubyLiteral({ enabled: true })).toBe("{ 'enabled' => true }");
		expect(
			rubyLiteral({ chunksize: 5, credentials: { type: "x", id: 1 } }, "  "),
		).toBe(`{
    'chunksize' => 5,
    'credentials' => {
      'type' => 'x',
      'id' => 1
    }
  }`);
	});
});
