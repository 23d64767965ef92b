/** Every bound of the system, with the reason for its number. Times are in ms, sizes in bytes unless named otherwise. */
export const limits = {
  // ── one socket ──
  /** SDKs never come back after a 1009, so this is far above any honest frame. */
  frameBytes: 64 * 1024,
  /** A comment with its extras. 8 KiB of JSON is about 2,700 Korean syllables. */
  dataBytes: 8 * 1024,
  /** Chat data is flat. Deep nesting only costs parsers. */
  dataDepth: 32,
  /** Info from a token, repeated in every one of the user's events. */
  infoBytes: 2 * 1024,
  /** Commands of one socket that wait for a reply. An SDK resubscribing to all its rooms at once fits. */
  pendingCommands: 128,
  /** Rooms that one socket watches, as in Centrifugo's default. */
  subscriptionsPerSocket: 128,
  /** What may wait unsent for one socket before it counts as slow: about 5,000 comments, Centrifugo's default. */
  outboxBytes: 1024 * 1024,
  /** A socket must send its connect command within this. */
  connectWithinMs: 10_000,
  /** Server ping interval, and how long a pong may take: Centrifugo's defaults. */
  pingIntervalMs: 25_000,
  pongTimeoutMs: 8_000,
  /** How long after `ttl` a refresh may still come: Centrifugo's default. */
  expireGraceMs: 25_000,
  /** A close handshake that takes longer is cut. */
  closeHandshakeMs: 5_000,

  // ── commands ──
  /** SDKs give up on any reply after 5 s and drop the connection of a subscribe: the error comes before. */
  commandDeadlineMs: 4_000,
  /** One try at a room's owner. A group commit takes milliseconds; a hung owner must leave time for the next. */
  roomRequestMs: 1_500,
  /** Before the same room is asked again after `moved` or no owner at all. */
  roomRetryMs: 50,
  roomRetryLongestMs: 400,
  /** A member that does not answer a ping within this hangs, or is cut off. Far links have 200 ms each way, and a busy loop its pauses. */
  memberPingMs: 800,
  /** While the leases have no leader, nobody listens for members that connect anew, either: so long, asked so often, tells who is gone. */
  memberGoneMs: 1_500,
  memberPingEveryMs: 100,
  /** A gateway whose command is not answered by then asks for a sign of life: of one that is gone it hears at once. */
  memberPingAfterMs: 250,
  /** A gateway asks a member that did not answer last: as long as a dead one counts as alive. */
  memberSuspectMs: 5_000,
  /** A member that lost a room to another does not claim it again before this, and as much again by chance: two do not take turns. */
  claimAgainMs: 1_000,
  /** Claims that one process has on their way at a time, when it takes over all rooms of another: a few hundred a second each. */
  claimsAtOnce: 64,

  /** The body of a server API call: one comment with room to spare, and as much as a frame may hold. */
  apiBodyBytes: 64 * 1024,

  // ── recovery and history ──
  recoveryLines: 1_000,
  recoveryBytes: 256 * 1024,
  historyLines: 1_000,
  historyBytes: 256 * 1024,
  /** The gateway's ring per watched room: one recovery's worth. */
  ringLines: 1_000,
  ringBytes: 256 * 1024,
  /** Lines of live batches that may wait while a room's feed is being primed or a gap filled. */
  feedQueueBytes: 8 * 1024 * 1024,
  /** Sockets that get a frame before the event loop has its turn: 2 to 3 ms of work. */
  fanOutSlice: 256,
  /** Lines that may wait for the fan-out. Beyond it the feed waits, and what comes meanwhile is read from the past. */
  fanOutBytes: 1024 * 1024,
  /** The longest that a line of a hot room waits for others. Nobody sees 100 ms in a flood, and ten frames a second are cheap. */
  fanOutWindowMs: 100,
  /** Rates are of about so long, so that chance makes no window: four standard deviations above 1/s are less than 3/s. */
  rateOverMs: 5_000,
  /** Below 2 lines/s hardly two meet in a window; with 5 the frames are a third fewer. */
  windowLinesPerS: { none: 2, full: 5 },
  /** A core gives out some 80,000 frames a second. Below 5,000 there is nothing to save; above 15,000 it shows. */
  windowDeliveriesPerS: { none: 5_000, full: 15_000 },
  /** A room nobody watches any more keeps its feed this long, for the ones who reload. */
  feedIdleMs: 30_000,
  /** Between tries to read what a feed has missed: from the first wait, doubling, to the longest. It never gives up: viewers wait. */
  feedRetryMs: 50,
  feedRetryLongestMs: 2_000,
  /** Rooms of one stream that a gateway asks the log about at a time, after its connection was away. */
  recheckedRooms: 4,

  /** A lost last message is found this late at the most, and the two times below: viewers have it within 7 s. */
  headsEveryMs: 5_000,
  /** What is on its way when a head is heard of arrives within this, and needs no reading. */
  headsGraceMs: 500,
  headsRequestMs: 1_000,
  /** Members that are asked for a room's head: the second has it where the first one was thought dead, and nobody has spoken since. */
  headsCandidates: 2,
  /** Rooms of one question: 80 KB of ids at the most. */
  headsRooms: 1_000,

  // ── presence ──
  presenceClients: 200,
  presenceSurveyMs: 500,

  // ── room actor ──
  /** Commands that wait in one room. At 4,000 commits/s this is one second. */
  mailboxSize: 4_096,
  batchEvents: 256,
  batchBytes: 256 * 1024,
  /** Events applied and not yet committed, one batch on its way and those that form behind it. */
  uncommittedEvents: 4_096,
  /** One try. It takes milliseconds, and is lost whenever a stream's leader goes: then senders wait for this. To try again is harmless. */
  appendTimeoutMs: 1_000,
  /** A look at a room's last record after an append in doubt. Where nobody leads the stream it has no answer, and the append is tried again. */
  lookMs: 500,
  /** A commit whose outcome stays unknown this long gives the room up. */
  commitDeadlineMs: 10_000,
  /** A log that says for so long that it never had our last record has lost it: a new leader is up to date well before. */
  rolledBackAfterMs: 3_000,
  /** Longer than any append stays in doubt: its deadline, a last try and a last look, each with its own time, and the wait between. */
  settledWithinMs: 10_000 + 2_000 + 2_000 + 500 + 1_000,
  dedupeWindowMs: 600_000,
  dedupeEntries: 500_000,
  /** Entries of one immutable dedupe segment. */
  dedupeSegment: 4_096,
  snapshotEveryMs: 5_000,
  /** A claim and the load of a room's state: longer than a claim may stay in doubt, so that the doubt is what is reported. */
  roomStartMs: 15_000,
  /** Rooms that one process has in memory. An empty one takes about 4 KB, a busy one up to 16 MB. */
  liveRooms: 20_000,
  roomIdleMs: 60_000,

  // ── membership ──
  memberTtlMs: 5_000,
  memberRenewMs: 1_500,
  /** How often a service listens whether it hears itself and JetStream answers, */
  pulseEveryMs: 1_000,
  /** how many times it may hear nothing before it connects anew (the client's own pings notice a dead link after 10 to 15 s), */
  pulseUnheardBeats: 3,
  /** how many times a server may say that it knows no leader (which it does some 4 s after it lost it) before another is looked for, */
  pulseLeaderlessBeats: 4,
  /** and how many times JetStream may have no answer before the service counts as out of order: an election takes 4 to 9 s. */
  pulseUnansweredBeats: 8,

  // ── log ──
  streams: 8,
  logMaxAgeMs: 7 * 24 * 3600 * 1000,
  /** All streams together, in the all-in-one. */
  logMaxBytes: 4 * 1024 * 1024 * 1024,
  /** Records read one by one before a reader takes an ordered consumer. */
  sequentialReads: 64,
  /** Of these so many at a time, where somebody waits for the room: one read takes some ms in a busy cluster. */
  parallelReads: 8,
  orderedConsumers: 8,
  logRequestMs: 2_000,
  /** A cluster that starts elects its leaders within a few seconds; all of a site may be starting at once. */
  provisionWithinMs: 30_000,
  /** Between tries of the same append or read: from the first wait, doubling, to the longest. */
  logRetryMs: 20,
  logRetryLongestMs: 500,
  /** Batch ids only guard a retry of the same append, which comes within seconds. */
  batchIdWindowMs: 120_000,
  /** JetStream delivers again what is not acknowledged by then; a projector that waits for its store is not that slow. */
  ackWaitMs: 60_000,
  /** JetStream gives a sign of life to whoever follows a stream this often; after two that are missing, one follows anew. */
  readerHeartbeatMs: 1_500,
  deadLetterBytes: 64 * 1024 * 1024,
  /** What is kept of one thing that could not be handled: twice any batch, and in base64 within the 1 MiB of a NATS message. */
  deadLetterBodyBytes: 512 * 1024,

  /** Letters in one list: what a person looks through. */
  deadLettersListed: 50,

  // ── persistence ──
  /** Between two looks of the janitor: a full log at 5,000 comments/s of 500 bytes grows by 5 MB meanwhile. */
  janitorEveryMs: 2_000,
  /** Above this share of its space a stream lets go of what is stored and older than an hour, */
  janitorFill: 0.7,
  janitorKeepsMs: 3_600_000,
  /** and above this share of whatever is stored and older than this: rooms have saved their heads three times by then. */
  janitorFullFill: 0.9,
  janitorFullKeepsMs: 15_000,
  /** Between looks whether the registry of rooms has to be restored: claims wait for the store's word until it is. */
  registryCheckMs: 2_000,
  /** Between two pings of the store, and how long it may be silent before persistence is unready: longer than any one slow commit. */
  storePingEveryMs: 1_000,
  storeSilenceMs: 5_000,
  /** Between two rounds of the audit, and between two rooms: some 20 rooms a second, which no database notices. */
  auditEveryMs: 60_000,
  auditRestMs: 50,
  auditPageRooms: 200,
  /** Of each room the newest so many, in every round: what is older was compared when it was new. */
  auditEvents: 5_000,
  /** A row that seems wrong is looked at again after this: it may have been on its way. */
  auditSecondLookMs: 1_000,
  fetchRecords: 500,
  /** Rows of one transaction: below it a synchronous SQLite commit blocks the loop some 20 ms. */
  transactionRows: 500,
  historyRequestMs: 3_000,
  /** How long a claim waits for the store to say where it stands: without an answer, log and snapshot are believed. */
  storeHeadMs: 500,
  /** Pages that one replica answers at a time, each up to `historyBytes`, and how many more may wait: some are late by then. */
  historyAnswers: 32,
  historyWaiting: 512,

  // ── leaving ──
  /** A gateway without NATS keeps its sockets this long: a broker that restarts is mostly back by then. */
  outageMs: 30_000,
  outageLookMs: 1_000,
  drainMs: 10_000,
  /** Sockets closed in one slice, and the pause between slices: 5,000 a second, so that closing them stalls nobody. */
  closeSlice: 500,
  closeSliceMs: 100,
} as const;
