import type { Json } from "./kubernetes-object.ts";

/** What precedes an object that is sent as protobuf. Source: apimachinery, runtime/serializer/protobuf. */
const MAGIC = Buffer.from("k8s\0");

/** Whether a request's body is protobuf, in which Helm's client sends the Secrets that hold releases. */
export function isProtobuf(body: Buffer): boolean {
	return body.subarray(0, MAGIC.length).equals(MAGIC);
}

/** A Secret that was sent as protobuf, as JSON has it. Source: generated.proto of k8s.io/api/core/v1 and apimachinery. */
export function parseSecret(body: Buffer): Json {
	const unknown = fieldsOf(body.subarray(MAGIC.length));
	const secret = fieldsOf(first(unknown, 2));
	const metadata = fieldsOf(first(secret, 1));
	const version = first(metadata, 6).toString();
	return {
		apiVersion: "v1",
		kind: "Secret",
		metadata: {
			name: first(metadata, 1).toString(),
			...(version === "" ? {} : { resourceVersion: version }),
			labels: mapFrom(metadata, 11, "utf8"),
		},
		data: mapFrom(secret, 2, "base64"),
		type: first(secret, 3).toString(),
	};
}

type Fields = readonly (readonly [number, Buffer])[];

function first(fields: Fields, number: number): Buffer {
	return fields.find(([one]) => one === number)?.[1] ?? Buffer.alloc(0);
}

function mapFrom(
	fields: Fields,
	number: number,
	encoding: "utf8" | "base64",
): Record<string, string> {
	const entries = fields.filter(([one]) => one === number);
	return Object.fromEntries(
		entries.map(([, entry]) => {
			const pair = fieldsOf(entry);
			return [first(pair, 1).toString(), first(pair, 2).toString(encoding)];
		}),
	);
}

/** The fields of a message that have a length; those that are numbers are passed over. */
function fieldsOf(message: Buffer): Fields {
	const fields: [number, Buffer][] = [];
	let at = 0;
	const varint = () => {
		let value = 0;
		for (let factor = 1; ; factor *= 128) {
			const byte = message[at++] ?? 0;
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) return value;
		}
	};
	while (at < message.length) {
		const tag = varint();
		const kind = tag & 7;
		const length = varint();
		if (kind !== 2) continue;
		fields.push([tag >>> 3, message.subarray(at, at + length)]);
		at += length;
	}
	return fields;
}
