/**
 * Why a call is cancelled that is going to be made again: what a store can go on with then, the parts of a large upload,
 * it leaves as it is. With any other reason it gives that up.
 */
export class Postponement extends Error {
	override readonly name = "Postponement";
}
