# syntax=docker/dockerfile:1
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production TRUNKHUNT_DATABASE=/data/inventory.db TRUNKHUNT_LISTEN=0.0.0.0:8080
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY migrations ./migrations
COPY examples ./examples
RUN mkdir /data && chown node:node /data && ln -s /app/bin/trunkhunt.mjs /usr/local/bin/trunkhunt
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["trunkhunt", "health"]
ENTRYPOINT ["trunkhunt"]
CMD ["serve", "--create-example"]
