import assert from "node:assert/strict";
import { test } from "node:test";

import { instead } from "../src/environment/absent.js";
import { structuredClone } from "../src/environment/clone.js";
import { console as consoleOf } from "../src/environment/console.js";
import { TextDecoder, TextEncoder } from "../src/environment/encoding.js";
import { inSources } from "../src/environment/lines.js";
import { URLSearchParams } from "../src/environment/query.js";
import { URL } from "../src/environment/url.js";

const PARTS = /** @type {const} */ ([
  ...["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"],
]);

/** @param {any} kind @param {unknown[]} given */
function parts(kind, given) {
  try {
    const url = new kind(...given);
    return PARTS.map((part) => url[part]);
  } catch {
    return "invalid";
  }
}

test("URLs are read as Node reads them", () => {
  const bases = ["http://a.example/b/c/d;p?q#f", "mailto:x@y", "file:///b/c", "custom://h/b/c", "custom:/b/c?q"];
  const urls = [
    "https://Example.COM:443/a/../b/./c?x=1&y=ä#frag ment",
    "http://user:p%40ss:x@host:8080/",
    "http://user@host",
    "HTTP:\\\\host\\path",
    "http:///host/x",
    "http://host",
    "http://host?q",
    "http://[::1]:80/",
    "http://[2001:DB8:0:0:1:0:0:1]/",
    "http://[::ffff:192.168.0.1]/",
    "http://[1::2::3]/",
    "http://[::1",
    "http://192.168.257/",
    "http://0x7f.1/",
    "http://256.1.1.1/",
    "http://1.2.3.4.5/",
    "http://a b/",
    "http://a%41.example/",
    "http://a%2fb/",
    "http://host:65536/",
    "http://host:1x/",
    "http://host:00080/",
    "http://:80/",
    "http://@/",
    "ftp://h:21/%2e%2E/x",
    "file:///C/../x",
    "file://localhost/x",
    "file:x",
    "mailto:a@b.example?subject=ä x",
    "data:text/plain,a b#c",
    "custom://Host/A b/../c?'\"#`",
    "custom:/a/..//b",
    "custom://h",
    "javascript:alert(1)",
    "  \thttp://host/\n",
    "http://host/ab{c}|d`e'f\"g<h>",
    "http://host/?a^b{c}|d`e'f\"g<h>",
    "http://host/%zz%4",
    "//other/x",
    "/abs/../x",
    "rel/./x",
    "../../../up",
    "..",
    "?only=query",
    "#only",
    "",
    "g?y/./x",
    "http:rel",
    "https:rel",
    "\\\\host\\x",
    "no scheme",
    "1http://x",
    "http://",
    "http://ex.example.",
  ];
  for (const url of urls) {
    assert.deepEqual(parts(URL, [url]), parts(globalThis.URL, [url]), url);
    for (const base of bases) {
      assert.deepEqual(parts(URL, [url, base]), parts(globalThis.URL, [url, base]), `${url} on ${base}`);
    }
  }
  assert.throws(() => new URL("http://müller.example/"), /hosts of ASCII only/);
  assert.equal(URL.canParse("x"), false);
});

test("URLs are changed part by part", () => {
  const url = new URL("http://host/a?x=1#f");
  url.searchParams.append("y", "ä &");
  url.pathname = "b c";
  url.port = "81";
  url.hash = "";
  assert.equal(`${url}`, "http://host:81/b%20c?x=1&y=%C3%A4+%26");
  url.search = "?z=2";
  assert.equal(url.searchParams.get("z"), "2");
  assert.equal(JSON.stringify({ url }), '{"url":"http://host:81/b%20c?z=2"}');
});

test("queries are read and written as Node does it", () => {
  const queries = [
    "",
    "?a=1&b=2&a=3",
    "a",
    "=",
    "a=b=c",
    "&&",
    "ä=%C3%A4+x&%zz=%",
    "a=%00%ff",
    [
      ["x", "1"],
      ["x", "~*'"],
    ],
    { a: "ü b" },
  ];
  for (const query of queries) {
    const [own, node] = [
      new URLSearchParams(/** @type {any} */ (query)),
      new globalThis.URLSearchParams(/** @type {any} */ (query)),
    ];
    for (const params of /** @type {any[]} */ ([own, node])) {
      params.set("x", 5);
      params.append("a", "z");
      params.delete("b");
      params.sort();
    }
    assert.equal(String(own), String(node));
    assert.deepEqual([...own], [...node]);
    assert.deepEqual(
      [own.get("a"), own.getAll("a"), own.has("none"), own.size],
      [node.get("a"), node.getAll("a"), false, node.size],
    );
  }
});

test("UTF-8 is decoded as Node decodes it, byte by byte", () => {
  const ends = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff,
  ];
  for (const a of ends) {
    for (const b of ends) {
      for (const c of ends) {
        const bytes = Uint8Array.of(0x41, a, b, c, 0x80);
        assert.equal(new TextDecoder().decode(bytes), new globalThis.TextDecoder().decode(bytes), `${a} ${b} ${c}`);
      }
    }
  }
  const text = "\ufeffaä日😀";
  assert.deepEqual(new TextEncoder().encode(text), new globalThis.TextEncoder().encode(text));
  assert.equal(new TextDecoder().decode(new TextEncoder().encode(text)), text.slice(1));
  assert.equal(
    new TextDecoder("UTF8", { ignoreBOM: true }).decode(new TextEncoder().encode(text).slice().buffer),
    text,
  );
  assert.throws(() => new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff)), TypeError);
  assert.throws(() => new TextDecoder("latin1"), RangeError);
  assert.deepEqual(new TextEncoder().encodeInto("aä", new Uint8Array(2)), { read: 1, written: 1 });
});

test("clones are as deep as Node's", () => {
  const shared = { n: 1n };
  const value = /** @type {any} */ ({
    shared: [shared, shared],
    map: new Map([[{ a: 1 }, new Set([1])]]),
    date: new Date(5),
    bytes: Uint8Array.of(1, 2),
    pattern: /x/gi,
    none: undefined,
    instance: new (class {
      x = 1;
    })(),
  });
  value.self = value;
  const clone = structuredClone(value);
  assert.deepEqual(clone, globalThis.structuredClone(value));
  assert.equal(clone.self, clone);
  assert.equal(clone.shared[0], clone.shared[1]);
  assert.notEqual(clone.shared[0], shared);
  assert.throws(() => structuredClone({ f: () => 1 }), /can't be cloned/);
});

test("console writes lines of the log", () => {
  /** @type {string[]} */
  const lines = [];
  const console = consoleOf((level, text) => lines.push(`${level} ${text}`));
  console.log("total %d of %s", 5, "SO-1", { a: [1, "x"], m: new Map([["k", 1n]]) });
  console.debug(undefined, null, NaN, () => 1);
  console.warn("100 %");
  console.error(new RangeError("off by one"));
  console.assert(true, "never");
  console.assert(false, "broken");
  console.time("x");
  assert.deepEqual(lines.slice(0, 3), [
    'info total 5 of SO-1 {a: [1, "x"], m: Map {"k" => 1n}}',
    "debug undefined null NaN [function without a name]",
    "warn 100 %",
  ]);
  assert.match(lines[3] ?? "", /^error RangeError: off by one\n/);
  assert.equal(lines[4], "error assertion failed: broken");
  const cycle = /** @type {any} */ ({});
  cycle.self = cycle;
  console.log(cycle, Object.create(null));
  assert.equal(lines.length, 6);
});

test("stacks name the author's files and lines where they are known", () => {
  const stack =
    "    at deep (/plugin.js:2:13)\n    at map (/plugin.js:3:1)\n    at call (native)\n    at f (/plugin.js:9)";
  assert.equal(inSources(stack), stack);
  const table = Symbol.for("gantry.lines");
  Object.assign(globalThis, { [table]: { sources: ["src/plugin.ts", "node_modules/x/i.js"], lines: ";AG;CF" } });
  const found =
    "    at deep (src/plugin.ts:4)\n    at map (node_modules/x/i.js:2)\n    at call (native)\n    at f (/plugin.js:9)";
  assert.equal(inSources(stack), found);
  Reflect.deleteProperty(globalThis, table);
});

test("what is missing is named with what to use instead", () => {
  const missing = () => /** @type {any} */ (globalThis).nothingOfThatName;
  assert.equal(instead(new ReferenceError("Buffer is not defined"))?.startsWith("the sandbox has no Buffer"), true);
  assert.equal(instead(new ReferenceError("'fetch' is not defined"))?.startsWith("a plugin has no network"), true);
  assert.equal(instead(new ReferenceError("total is not defined")), undefined);
  assert.equal(instead(new TypeError("Buffer is not defined")), undefined);
  assert.equal(missing(), undefined);
});
