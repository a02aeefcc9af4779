/**
 * `structuredClone`: a deep copy of data.
 */

/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function structuredClone(value) {
  return /** @type {T} */ (copy(value, new Map()));
}

/**
 * @param {unknown} value
 * @param {Map<object, unknown>} copies of what was met before: cycles, and what stands in two places
 * @returns {unknown}
 */
function copy(value, copies) {
  if (typeof value === "function" || typeof value === "symbol") throw refused(value);
  if (typeof value !== "object" || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  const made = begun(value);
  copies.set(value, made);
  if (value instanceof Map) value.forEach((item, key) => made.set(copy(key, copies), copy(item, copies)));
  else if (value instanceof Set) value.forEach((item) => made.add(copy(item, copies)));
  else if (hasMembers(value))
    for (const name of Object.keys(value)) made[name] = copy(/** @type {any} */ (value)[name], copies);
  return made;
}

/**
 * A copy without what is inside.
 * @param {object} value
 * @returns {any}
 */
function begun(value) {
  if (Array.isArray(value)) return new Array(value.length);
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof DataView) return new DataView(value.buffer.slice(0), value.byteOffset, value.byteLength);
  if (ArrayBuffer.isView(value)) return /** @type {any} */ (value).slice();
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return Object(value.valueOf());
  if (value instanceof Error) return Object.assign(new Error(value.message), { name: value.name, stack: value.stack });
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) throw refused(value);
  return {};
}

/** @param {object} value */
function hasMembers(value) {
  if (value instanceof Date || value instanceof RegExp || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return false;
  }
  return !(value instanceof Error || value instanceof Number || value instanceof String || value instanceof Boolean);
}

/** @param {unknown} value */
function refused(value) {
  const kind = typeof value === "object" ? value?.constructor.name : typeof value;
  return new TypeError(`DataCloneError: a ${kind} can't be cloned`);
}
