/**
 * The same for native tests. Node knows the source of numbers from version 22 on; before, digits travel through
 * `JSON.stringify` as texts with a mark that nobody can guess.
 */
import * as engine from "../component/json.js";
export declare const parseWithSource: typeof engine.parseWithSource;
export declare const rawJson: (digits: string) => unknown;
export declare const stringify: typeof engine.stringify;
