# syntax=docker/dockerfile:1
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev
# What cannot be made where there is no shell: the folder of the inventory, with its owner.
RUN mkdir /data

# Node and the libraries that it needs, on the same Debian; no shell, no package manager. Its user is 65532.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ENV NODE_ENV=production TRUNKHUNT_DATABASE=/data/inventory.db TRUNKHUNT_LISTEN=0.0.0.0:8080
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY migrations ./migrations
COPY examples ./examples
COPY --from=build --chown=65532:65532 --chmod=700 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/nodejs/bin/node", "/app/bin/trunkhunt.mjs", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/trunkhunt.mjs"]
CMD ["serve", "--create-example"]
