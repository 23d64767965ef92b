import type { Suite } from "../suite.ts";
import { fanOut } from "./fan-out.ts";

export const suites: readonly Suite[] = [fanOut];
