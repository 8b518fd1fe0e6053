// Starts Azurite without what a short-lived world pays for and never needs. node azurite.cjs <azurite.js> <its arguments>
"use strict";

const { dirname, join } = require("node:path");
const Module = require("node:module");

process.argv.splice(1, 1);
const [, script, ...given] = process.argv;

// Even switched off, its telemetry is loaded: more than half of the time until it answers.
const load = Module._load;
Module._load = (name, ...rest) => (name === "applicationinsights" ? {} : load(name, ...rest));

// It looks for each table among all of them, one by one, and twice: with those of a thousand accounts that is most of what it does.
const loki = Module.createRequire(script)("lokijs").prototype;
const { removeCollection } = loki;
const indexes = new WeakMap();
loki.getCollection = function (name) {
  let index = indexes.get(this);
  if (index?.size !== this.collections.length) {
    index = new Map(this.collections.map((collection) => [collection.name, collection]));
    indexes.set(this, index);
  }
  return index.get(name) ?? null;
};
loki.removeCollection = function (name) {
  indexes.delete(this);
  return removeCollection.call(this, name);
};

// In memory each message lies in an extent of its own, and the minutely sweep sorts what is left anew for each that it deletes:
// after some thousand messages nothing is answered for ten seconds.
if (given.includes("--inMemoryPersistence")) {
  const sweeper = require(join(dirname(script), "queue/gc/QueueGCManager.js")).default.prototype;
  if (typeof sweeper.markSweep !== "function") throw new Error("This version of Azurite sweeps otherwise: see docs/decisions/0018-emulator-start.md.");
  sweeper.markSweep = async () => {};
}

require(script);
