import fc from "fast-check";

/** Text with everything that encodings stumble over. */
export const oddText = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				..." +%~!'()*/?#&=:@$,;[]{}|\\^`\"<>-_.",
				"%20",
				"%zz",
				"//",
				"..",
				"é",
				"e\u0301",
				"ﬀ",
				"😀",
				"\uFFFD",
				"\n",
				"\u0000",
			),
			fc.string({ unit: "binary", maxLength: 3 }),
			fc.stringMatching(/^[a-z0-9]{1,8}$/),
		),
		{ maxLength: 12 },
	)
	.map((parts) => parts.join(""));
