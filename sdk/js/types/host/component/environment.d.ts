/**
 * What JavaScript finds around it in Node and in browsers, and packages take for granted, as far as a sandbox can have
 * it. `gantry plugin build` loads this before all else, so that packages find it when they are loaded.
 */
import "./guard.js";
