/**
 * `URL`, as the URL Standard reads and writes it. Two parts are left out: a host with letters beyond ASCII is refused,
 * since the tables for it would be larger than the engine, and drive letters in `file:` URLs are ordinary segments.
 */
import { URLSearchParams } from "./query.js";
export type Parts = {
    protocol: string;
    username: string;
    password: string;
    host: string | null;
    port: string;
    path: string[] | string;
    query: string | null;
    fragment: string | null;
};
/**
 * The parts of a URL. The path is a list of segments, or a text where it is opaque (`mailto:a@b`).
 * @typedef {{ protocol: string, username: string, password: string, host: string | null, port: string,
 *   path: string[] | string, query: string | null, fragment: string | null }} Parts
 */
export declare class URL {
    #private;
    /** @param {unknown} url @param {unknown} [base] */
    constructor(url: unknown, base?: unknown);
    /** @param {unknown} url @param {unknown} [base] */
    static canParse(url: unknown, base?: unknown): boolean;
    /** @param {unknown} url @param {unknown} [base] */
    static parse(url: unknown, base?: unknown): URL | null;
    get href(): string;
    set href(url: string);
    get origin(): string;
    get protocol(): string;
    get username(): string;
    get password(): string;
    get host(): string;
    get hostname(): string;
    set hostname(host: string);
    get port(): string;
    set port(port: string);
    get pathname(): string;
    set pathname(path: string);
    get search(): string;
    set search(query: string);
    get searchParams(): URLSearchParams;
    get hash(): string;
    set hash(fragment: string);
    toString(): string;
    toJSON(): string;
}
