export * from "./src/storage/memory_adapter.ts";
