# One image for every part: `docker run madang gateway`, `room`, `persistence`, `migrate`, `all-in-one`, … (deploy/image/madang).
#
# Node runs the sources as they are, so nothing is built but the pages: the image keeps the layout of the workspace, since Node refuses TypeScript that
# lies under node_modules. e2e/deploy/image.test.ts runs these very steps in an empty folder and starts the services from it.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG NATS_IMAGE=nats:2.12.4-alpine

# The all-in-one's own broker. It is linked statically.
FROM ${NATS_IMAGE} AS nats

FROM ${NODE_IMAGE} AS base
WORKDIR /app

# What a package needs is known before its sources are here: a change of code installs nothing anew.
FROM base AS manifests
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
COPY libs/actor/package.json libs/actor/
COPY libs/bus/package.json libs/bus/
COPY libs/client/package.json libs/client/
COPY libs/contracts/package.json libs/contracts/
COPY libs/devkit/package.json libs/devkit/
COPY libs/log/package.json libs/log/
COPY libs/room-state/package.json libs/room-state/
COPY libs/runtime/package.json libs/runtime/
COPY libs/subscriber/package.json libs/subscriber/
COPY libs/words/package.json libs/words/
COPY services/gateway/package.json services/gateway/
COPY services/persistence/package.json services/persistence/
COPY services/room/package.json services/room/
COPY apps/allinone/package.json apps/allinone/
COPY apps/web/package.json apps/web/

FROM manifests AS dependencies
RUN npx -y pnpm@10.34.9 install --prod --no-optional --frozen-lockfile --filter "@madang/allinone..."

# The typed database client. Its generator is no part of the image.
FROM manifests AS client
RUN npx -y pnpm@10.34.9 install --frozen-lockfile --filter "@madang/persistence"
COPY services/persistence/prisma services/persistence/prisma
COPY services/persistence/prisma.config.ts services/persistence/
COPY scripts/prisma.mjs scripts/
COPY scripts/setup/places.mjs scripts/setup/
RUN node scripts/prisma.mjs generate

# What browsers load. What builds it is no part of the image.
FROM manifests AS pages
RUN npx -y pnpm@10.34.9 install --frozen-lockfile --filter "@madang/web" --filter "@madang/client"
COPY tsconfig.json ./
COPY libs/client libs/client
COPY apps/web apps/web
RUN node apps/web/build.mjs

FROM base AS madang
ENV NODE_ENV=production \
    MADANG_DATA_DIR=/data \
    MADANG_HEALTH_PORT=8001 \
    MADANG_NATS_SERVER=/usr/local/bin/nats-server
COPY --from=nats /usr/local/bin/nats-server /usr/local/bin/nats-server
COPY --from=dependencies /app ./
COPY --from=client /app/services/persistence/src/generated services/persistence/src/generated
COPY LICENSE ./
COPY libs libs
COPY services services
COPY apps/allinone apps/allinone
COPY --from=pages /app/apps/web/dist apps/web/dist
COPY deploy/image deploy/image
# The only place that is written to, and only by the all-in-one: mount a volume there.
COPY --chown=10001:10001 deploy/image/data /data
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000 8001
# Whether the process lives. Whether it is ready is another question: `madang health ready`.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/app/deploy/image/madang", "health"]
ENTRYPOINT ["/app/deploy/image/madang"]
CMD ["all-in-one"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Madang" \
      org.opencontainers.image.description="A self-hosted live-chat backend: gateway, room, persistence, or all of them in one process" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
