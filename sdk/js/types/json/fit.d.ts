/**
 * Looks for what JSON can't hold, before it is written.
 *
 * `JSON.stringify` says nothing where it loses data: a promise, a `Map` or a `Set` becomes `{}`, `NaN` becomes `null`,
 * and so does a function in an array. Each of them is a bug of the plugin, and a wrong price or an empty object that a
 * target takes for data. The error names the place as a JSON Pointer, and the likely cause.
 *
 * The place is only put together where something is wrong, on the way back: valid values pay for nothing but the walk.
 */
export type Unfit = {
    cause: string;
    place: (string | number)[];
};
/** @typedef {{ cause: string, place: (string | number)[] }} Unfit What is wrong, and the way to it, innermost first. */
/**
 * Throws a `TypeError` if JSON can't hold the value.
 * @param {unknown} value
 */
export declare function mustFit(value: unknown): void;
