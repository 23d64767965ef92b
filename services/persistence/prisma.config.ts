/** For Prisma's own commands. The service itself takes its address from the environment and applies `prisma/migrations` at start. */
import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Empty unless set: `generate`, `validate` and `format` need no database.
  datasource: { url: process.env.DATABASE_URL ?? "" },
});
