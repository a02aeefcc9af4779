/**
 * Stacks in the author's files and lines. The engine of a component knows only the bundle; `gantry plugin build` adds a
 * table of where each of its lines comes from, in the notation of source maps.
 */
export type Lines = {
    sources: string[];
    lines: string;
};
/**
 * The stack with the author's files and lines, where they are known.
 * @param {string} stack
 * @returns {string}
 */
export declare function inSources(stack: string): string;
