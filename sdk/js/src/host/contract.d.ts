/** The contract's imports, as modules of a component's engine. */

declare module "gantry:plugin/log@0.1.0" {
  export const write: import("./services.js").WriteLog;
}

declare module "gantry:plugin/lookup@0.1.0" {
  export const get: import("./services.js").GetRows;
}

declare module "gantry:plugin/clock@0.1.0" {
  export const nowMs: import("./services.js").NowMs;
}
