import { describe } from "vitest";
import { recordStoreContract } from "../record-store.contract.ts";
import { MemoryRecordStore } from "./memory-record-store.ts";

describe("the memory record store", () => recordStoreContract(async () => new MemoryRecordStore()));
