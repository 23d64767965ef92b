/** `dead-letters list|show|replay`: what could not be handled, before a person's eyes, and once more before the services. */
import { Bus, LeaseBucket, Membership, RoomClient, sendAgain } from "@madang/bus";
import { limits } from "@madang/contracts";
import { DeadLetters, type KeptLetter, LogUnavailable } from "@madang/log";
import { Closers, type Environment, StartError } from "@madang/runtime";
import { type PersistenceConfig, persistenceConfig } from "../config.ts";
import { StoreUnavailable } from "../store/message-store.ts";
import { openStore } from "../store/open-store.ts";
import { type ReplayMeans, replay } from "./replay.ts";
import { lineOf, wholeOf } from "./words.ts";

const usage = `usage: dead-letters list [--before ID]   the newest ${limits.deadLettersListed}, or those before one
       dead-letters show ID              all of a letter
       dead-letters replay ID | --all    try again; what succeeds is removed
`;

export interface Output {
  out: (text: string) => void;
  error: (text: string) => void;
}

type Wish =
  | { verb: "list"; before: number | undefined }
  | { verb: "show"; id: number }
  | { verb: "replay"; id: number }
  | { verb: "replay-all" };

const terminal: Output = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
};

/** Answers the exit code: 0 if all that was asked for was done. */
export async function runDeadLetters(
  args: readonly string[],
  environment: Environment,
  output: Output = terminal,
): Promise<number> {
  const wish = wishOf(args);
  if (wish === undefined) {
    output.error(usage);
    return 1;
  }
  const closers = new Closers();
  try {
    const config = persistenceConfig(environment);
    const bus = await Bus.connect({
      url: config.natsUrl,
      caFile: config.natsCaFile,
      name: "dead-letters",
      onHandlerError: () => {},
    });
    closers.add(() => bus.close());
    return await fulfil(wish, { letters: new DeadLetters(bus.connection), bus, config, closers, output });
  } catch (error) {
    if (!isExpected(error)) throw error;
    output.error(`${sentence(error)}\n`);
    return 1;
  } finally {
    await closers.close(() => {});
  }
}

interface Desk {
  letters: DeadLetters;
  bus: Bus;
  config: PersistenceConfig;
  closers: Closers;
  output: Output;
}

async function fulfil(wish: Wish, desk: Desk): Promise<number> {
  const { letters, output } = desk;
  switch (wish.verb) {
    case "list": {
      const found = await letters.newest({ before: wish.before, atMost: limits.deadLettersListed });
      for (const kept of found) output.out(`${lineOf(kept)}\n`);
      // Not among the letters, which another program may count.
      if (found.length === 0)
        output.error(wish.before === undefined ? "no dead letters\n" : `no dead letters before ${wish.before}\n`);
      if (found.length === limits.deadLettersListed) output.error(`older ones: list --before ${found.at(-1)?.id}\n`);
      return 0;
    }
    case "show":
      output.out(`${wholeOf(await letterOf(letters, wish.id))}\n`);
      return 0;
    case "replay":
      return (await tryAgain(await letterOf(letters, wish.id), await meansOf(desk), desk)) ? 0 : 1;
    case "replay-all":
      return replayAll(desk);
    default:
      return wish satisfies never;
  }
}

/** The oldest first, since events follow each other; those that come meanwhile are for the next time. */
async function replayAll(desk: Desk): Promise<number> {
  const { letters, output } = desk;
  const [newest] = await letters.newest({ atMost: 1 });
  const means = newest === undefined ? undefined : await meansOf(desk);
  let done = 0;
  let stay = 0;
  for (let kept = await letters.at(1); kept && newest && means && kept.id <= newest.id; kept = await letters.at(kept.id + 1)) {
    if (await tryAgain(kept, means, desk)) done++;
    else stay++;
  }
  output.out(`${done} done, ${stay} stay\n`);
  return stay === 0 ? 0 : 1;
}

async function tryAgain({ id, letter }: KeptLetter, means: ReplayMeans, { letters, output }: Desk): Promise<boolean> {
  const outcome = letter === undefined ? { failed: "it is no letter that this version reads" } : await attempt(letter, means);
  if ("failed" in outcome) {
    output.error(`${id} stays: ${outcome.failed}\n`);
    return false;
  }
  await letters.remove(id);
  output.out(`${id} done: ${outcome.done}\n`);
  return true;
}

/** Whatever the store says of the event itself keeps the letter; a store that is away ends the whole attempt. */
async function attempt(letter: NonNullable<KeptLetter["letter"]>, means: ReplayMeans) {
  try {
    return await replay(letter, means);
  } catch (error) {
    if (isExpected(error)) throw error;
    return { failed: (error as Error).message };
  }
}

async function meansOf({ bus, config, closers }: Desk): Promise<ReplayMeans> {
  const store = await openStore(config.databaseUrl);
  closers.add(() => store.close());
  const bucket = new LeaseBucket(bus, { replicas: config.replicas });
  let membership: Promise<Membership> | undefined;
  return {
    store,
    send: async (room, command) => {
      membership ??= Membership.join({ bus, bucket });
      const members = await membership;
      const { done, detail } = await sendAgain(new RoomClient({ bus, members: () => members.live("room") }), room, command);
      return done ? { done: detail } : { failed: detail };
    },
  };
}

async function letterOf(letters: DeadLetters, id: number): Promise<KeptLetter> {
  const kept = await letters.at(id);
  if (kept?.id !== id) throw new StartError(`There is no dead letter ${id}.`);
  return kept;
}

function wishOf(args: readonly string[]): Wish | undefined {
  const [verb, first, second] = args;
  const id = (text = "") => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined);
  const given = id(first);
  if (verb === "list" && args.length === 1) return { verb, before: undefined };
  if (verb === "list" && args.length === 3 && first === "--before" && id(second)) return { verb, before: id(second) };
  if (verb === "replay" && args.length === 2 && first === "--all") return { verb: "replay-all" };
  if ((verb === "show" || verb === "replay") && args.length === 2 && given !== undefined) return { verb, id: given };
  return undefined;
}

/** What a person can do something about, and needs no stack for. */
function isExpected(error: unknown): error is Error {
  return error instanceof StartError || error instanceof LogUnavailable || error instanceof StoreUnavailable;
}

const sentence = ({ message }: Error) => (/[.!?]$/.test(message) ? message : `${message[0]?.toUpperCase()}${message.slice(1)}.`);
