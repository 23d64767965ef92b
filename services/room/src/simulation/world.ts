/** Everything of one simulated life: NATS, three room services, persistence, a gateway, and time. */
import { TimedOut } from "@madang/actor";
import { decodeBatch, decodeJson, limits, type MemberId, RoomEntry, RoomId, roomKey } from "@madang/contracts";
import { type Random, seeded } from "@madang/devkit";
import { Registry, type StoredRecord } from "@madang/log";
import { type Minority, Network, newProcess, type Process } from "./network.ts";
import { type Owner, startOwner } from "./owner.ts";
import { Sender } from "./sender.ts";
import { SimulatedBucket } from "./simulated-bucket.ts";
import { type Replication, SimulatedLog } from "./simulated-log.ts";
import { Store } from "./store.ts";
import { VirtualTime } from "./virtual-time.ts";

const replications: readonly Replication[] = ["R1", "R3 on 2.10", "R3 on 2.15"];

export class World {
  readonly random: Random;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly log: SimulatedLog;
  readonly buckets: { rooms: SimulatedBucket; snapshots: SimulatedBucket; dedupe: SimulatedBucket; cards: SimulatedBucket };
  readonly store: Store;
  readonly rooms: readonly RoomId[];
  readonly owners: Owner[] = [];
  readonly gateway: Process = newProcess("gateway");
  readonly persistence: Process = newProcess("persistence");
  readonly sender: Sender;
  /** Short in some lives, so that rooms come and go. */
  readonly idleAfterMs: number;
  /** Members that a process does not see though they live. */
  readonly unseen = new Map<Process, MemberId>();
  /** What a former leader would still say. */
  formerly: Minority = { records: new Map(), values: new Map() };
  /** `room offset` of what was purged before a snapshot knew its id: such a message may be taken for a new one. */
  readonly forgotten = new Set<string>();
  /** Batches of hearts, as `room user id`, whose note was purged before a snapshot knew it: such a one may count again. */
  readonly forgottenHearts = new Set<string>();
  /** What must not happen, in the words of whoever noticed. */
  readonly surprises: string[] = [];
  /** Undefined: nobody reads it. */
  readonly trace: string[] | undefined;

  constructor(seed: number, { traced }: { traced: boolean }) {
    const random = seeded(seed);
    this.random = random;
    this.trace = traced ? [] : undefined;
    this.time = new VirtualTime(random);
    this.network = new Network(this.time, random);
    this.log = new SimulatedLog(this.network, random.pick(replications));
    this.buckets = {
      rooms: new SimulatedBucket(this.network),
      snapshots: new SimulatedBucket(this.network),
      dedupe: new SimulatedBucket(this.network),
      cards: new SimulatedBucket(this.network),
    };
    this.store = new Store(this.log, this.time, 10 + random.int(3_000));
    this.rooms = ["live:a", "live:b"].slice(0, 1 + random.int(2)).map((id) => RoomId.parse(id));
    this.idleAfterMs = random.chance(0.3) ? 2_000 : limits.roomIdleMs;
    this.sender = new Sender(this);
    this.log.handleRecord = (record) => this.#checkSettled(record);
  }

  begin(): void {
    this.run(this.persistence, () => this.#completeRegistry());
    for (const name of ["one", "two", "three"]) this.startOwner(name);
  }

  startOwner(name: string): void {
    const process = newProcess(name);
    this.note(name, () => "starts");
    this.run(process, async () => void this.owners.push(startOwner(this, process)));
  }

  /** Everybody who has a connection to NATS. */
  processes(): Process[] {
    return [this.gateway, this.persistence, ...this.owners.map(({ process }) => process)];
  }

  /** Runs something as a process's own. */
  run(process: Process, work: () => Promise<void>): void {
    this.time.after(0, () => void work(), process);
  }

  membersSeenBy(viewer: Process): MemberId[] {
    // One that is cut off sees no renewals at all, and believes what it saw last.
    const now = viewer.cut || viewer.minority ? (viewer.silentSince ?? 0) : this.time.elapsed;
    const renewed = ({ process }: Owner) => now - (process.silentSince ?? now) <= limits.memberTtlMs;
    return this.owners.filter((owner) => renewed(owner) && this.unseen.get(viewer) !== owner.member).map(({ member }) => member);
  }

  note(who: string, what: () => string): void {
    this.trace?.push(`${this.time.elapsed.toFixed(1).padStart(9)}  ${who.padEnd(12)} ${what()}`);
  }

  /** A failure that no weather explains. */
  handleSurprise(error: unknown): void {
    // A process that hung, or a doubt that lasted, is over every deadline: the room starts anew.
    if (!(error instanceof TimedOut)) this.surprises.push(String(error));
  }

  /** Of a settled room nothing more comes from who settled it: a claim relies on that once the records are gone and the store is silent. */
  #checkSettled({ room, generation, body }: StoredRecord): void {
    const stored = this.buckets.rooms.peek(roomKey(room));
    const entry = stored && decodeJson(RoomEntry, stored);
    const { head } = decodeBatch(body);
    if (entry?.settled && entry.generation === generation && entry.head < head)
      this.surprises.push(`${room} was settled at ${entry.head}, and ${head} came after that`);
  }

  async #completeRegistry(): Promise<void> {
    const registry = new Registry(this.buckets.rooms.client(this.persistence));
    await registry.markComplete().catch(() => this.#completeRegistry());
  }
}
